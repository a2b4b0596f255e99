import { parseArgs } from "node:util";
import { findAdminToken } from "./admin-token.ts";
import { findSecrets } from "./development-secrets.ts";
import { EnvironmentError, readEnvironment } from "./environment.ts";
import { createProviders } from "./providers.ts";
import { findRunning } from "./running-file.ts";
import { curlCommands } from "./simulation/curl-commands.ts";
import { sendForgeries } from "./simulation/forgeries.ts";
import { livesOf } from "./simulation/lives.ts";
import { sendLife } from "./simulation/send-life.ts";
import { serverClient } from "./simulation/server-client.ts";
import { SimulationError, type Simulation } from "./simulation/simulation.ts";

const usage = `Sends signed sample calls to a running example server and reads back what it made of them.

npx -y pnpm@12 simulate [--url http://127.0.0.1:3000] [--invalid | --curl] [provider ...]

  --url      where the server listens; default: the one that uses the same data folder
  --invalid  send forged deliveries and show that each is refused
  --curl     send nothing; print a signed cURL command for every webhook
`;

/** @returns true when everything was as expected. */
async function main(): Promise<boolean> {
  const { values, positionals } = readArguments();
  if (values.help) {
    console.log(usage);
    return true;
  }
  const simulation = prepare(values.url, positionals);
  if (values.curl) {
    console.log(await curlCommands(simulation));
    return true;
  }
  await simulation.client.ensureRunning();
  let ok = true;
  if (values.invalid) {
    for (const provider of simulation.providers) ok = (await sendForgeries(simulation, provider)) && ok;
  } else {
    for (const life of livesOf(simulation.providers)) ok = (await sendLife(simulation, life)) && ok;
  }
  console.log(ok ? "\nEverything was as expected." : "\nSomething was not as expected: see above.");
  return ok;
}

function readArguments() {
  try {
    return parseArgs({
      options: {
        url: { type: "string" },
        invalid: { type: "boolean", default: false },
        curl: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
      // pnpm hands a separating "--" on.
      args: process.argv.slice(2).filter((argument) => argument !== "--"),
      allowPositionals: true,
    });
  } catch (error) {
    throw new SimulationError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

function prepare(url: string | undefined, names: readonly string[]): Simulation {
  const environment = readEnvironment(process.env);
  const running = findRunning(environment);
  const given = url === undefined ? undefined : originOf(url);
  const address = given ?? running?.address ?? `http://127.0.0.1:${environment.port}`;
  const secrets = findSecrets(environment);
  const adminToken = findAdminToken(environment);
  if (secrets === undefined || adminToken === undefined) {
    throw new SimulationError(
      `No server has been started with the data folder ${environment.dataFolder}: start one with: npx -y pnpm@12 start`,
    );
  }
  const publicUrl =
    environment.publicUrl ?? (running !== undefined && running.address === address ? running.publicUrl : address);
  const { providerOptions } = environment;
  const setUp = (with_: typeof secrets) =>
    createProviders({ ...providerOptions, secrets: with_, publicUrl, api: environment.api });
  const all = setUp(secrets);
  const unknown = names.find((name) => !all.some((provider) => provider.name === name));
  if (unknown !== undefined) {
    throw new SimulationError(
      `Provider "${unknown}": expected one of ${all.map((provider) => provider.name).join(", ")}`,
    );
  }
  const providers = all.filter(({ name }) => names.length === 0 || names.includes(name));
  return { address, providers, setUp, secrets, client: serverClient(address, adminToken) };
}

function originOf(url: string): string {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return new URL(url).origin;
  throw new SimulationError(`--url: expected an address such as http://127.0.0.1:3000, got "${url}"`);
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
  const isExpected = error instanceof SimulationError || error instanceof EnvironmentError;
  console.error(isExpected ? error.message : error);
  process.exitCode = 1;
}
