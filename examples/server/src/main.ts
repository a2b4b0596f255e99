import { readEnvironment } from "./environment.ts";
import { fatalErrorText } from "./fatal-error-text.ts";
import { createLogger } from "./logger.ts";
import { startServer } from "./server.ts";
import { startBanner } from "./start-banner.ts";
import { stopOnSignals } from "./stop-on-signals.ts";

// Every file from here on is for this user only: the database holds what callers said.
process.umask(0o077);

async function main(): Promise<void> {
  const environment = readEnvironment(process.env);
  const logger = createLogger(environment);
  process.on("unhandledRejection", (reason) => {
    logger.fatal({ error: reason instanceof Error ? reason.stack : typeof reason }, "Unhandled rejection");
    process.exit(1);
  });
  const server = await startServer(environment, logger);
  stopOnSignals(server, logger);
  const { address, publicUrl } = server;
  logger.info({ address, publicUrl, dataFolder: environment.dataFolder }, "Listening");
  for (const name of environment.withoutEffect) logger.warn({}, `${name} is set, and has no effect yet`);
  if (!environment.production) process.stdout.write(`${startBanner(environment, server)}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${fatalErrorText(error)}\n`);
  process.exit(1);
});
