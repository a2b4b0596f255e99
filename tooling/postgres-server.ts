import { execFile, spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { postgresBinaries, type PostgresBinaries } from "./postgres-binaries.ts";

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
const ready = "database system is ready to accept connections";
/** Dates, sorting and messages as on a plain server, whatever the machine speaks. */
const env = { ...process.env, LC_ALL: "C" };

/** @param flags further settings of the server, such as `-c`, `fsync=off`. */
export async function startPostgres(flags: readonly string[] = []): Promise<PostgresServer> {
  const binaries = await postgresBinaries();
  const folder = await mkdtemp(join(tmpdir(), "offhook-postgres-"));
  const password = randomBytes(12).toString("hex");
  const port = await freePort();
  let running: ChildProcess | undefined;

  async function resume(): Promise<void> {
    const settings = ["listen_addresses=127.0.0.1", "unix_socket_directories="].flatMap((each) => ["-c", each]);
    const args = ["-D", join(folder, "data"), "-p", String(port), ...settings, ...flags];
    running = await startProcess(binaries, args);
  }
  async function halt(): Promise<void> {
    const process = running;
    running = undefined;
    if (process === undefined || process.exitCode !== null || process.signalCode !== null) return;
    const ended = once(process, "exit");
    // Ends what runs and writes everything down.
    process.kill("SIGINT");
    await ended;
  }

  try {
    await createCluster(binaries, folder, password);
    await resume();
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    url: `postgres://${user}:${password}@127.0.0.1:${port}/postgres`,
    get pid() {
      if (running?.pid === undefined) throw new Error("PostgreSQL: expected to be running");
      return running.pid;
    },
    halt,
    resume,
    async remove() {
      await halt();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function createCluster({ initdb, owner }: PostgresBinaries, folder: string, password: string): Promise<void> {
  const passwordFile = join(folder, "password");
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (owner !== undefined) for (const path of [folder, passwordFile]) await chown(path, owner.uid, owner.gid);
  const settings = [`--username=${user}`, "--auth=scram-sha-256", `--pwfile=${passwordFile}`, "--encoding=UTF8"];
  await promisify(execFile)(initdb, [`--pgdata=${join(folder, "data")}`, ...settings, "--locale=C", "--no-sync"], {
    ...owner,
    env,
    cwd: folder,
  });
}

/** Resolves when it takes connections. */
async function startProcess({ postgres, owner }: PostgresBinaries, args: readonly string[]): Promise<ChildProcess> {
  const child = spawn(postgres, args, { ...owner, env, cwd: tmpdir(), stdio: ["ignore", "ignore", "pipe"] });
  const endWithUs = (): void => void child.kill("SIGQUIT");
  process.once("exit", endWithUs);
  child.once("exit", () => process.off("exit", endWithUs));
  let log = "";
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`PostgreSQL from npm does not start: ${log.slice(-2_000)}`)));
    // Read on to the end, so that the pipe never fills.
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (log.length < 20_000) log += text;
      if (log.includes(ready)) resolve();
    });
  });
  return child;
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
