import type { Logger } from "./logger.ts";
import type { RunningServer } from "./server.ts";

/** A storage that hangs must not keep the process for ever. */
const deadlineMs = 9_500;

/** SIGTERM and SIGINT finish what is under way and end with code 0; the second one ends at once. */
export function stopOnSignals(server: RunningServer, logger: Logger): void {
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1);
    stopping = true;
    logger.info({ signal }, "Stopping");
    setTimeout(() => {
      logger.error({}, "Stopped before everything was finished");
      process.exit(0);
    }, deadlineMs).unref();
    server.close().then(
      () => {
        logger.info({}, "Stopped");
        process.exit(0);
      },
      (error: unknown) => {
        logger.error({ error: String(error) }, "Stopping failed");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}
