import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { StorageError, type Offhook } from "@offhook/core";
import type { Fetch } from "@offhook/core/client";
import { ensureAdminTokens } from "./admin-token.ts";
import { createApp } from "./app.ts";
import { ensureSecrets } from "./development-secrets.ts";
import type { Environment } from "./environment.ts";
import type { Logger } from "./logger.ts";
import { makePrivateFolder } from "./private-file.ts";
import { createProviders } from "./providers.ts";
import { removeRunning, writeRunning } from "./running-file.ts";
import { StartError } from "./start-error.ts";
import { createArchive, createStorage } from "./storage.ts";

export interface RunningServer {
  readonly offhook: Offhook;
  /** Where it listens, such as `http://127.0.0.1:3000`. */
  readonly address: string;
  /** Where vendors reach it. */
  readonly publicUrl: string;
  readonly adminToken: string;
  /** Stops accepting, finishes what is under way, closes the storage. */
  close(): Promise<void>;
}

export interface ServerOptions {
  /** What reaches the vendors' APIs, in tests. */
  readonly fetch?: Fetch;
}

/** How long requests that are under way may still take at the end. */
const finishMs = 7_000;

/** What comes before the storage is open shall come back. */
const notReady: RequestListener = (_request, response) =>
  void response.writeHead(503, { "retry-after": "1", connection: "close" }).end();

/** Opens the storage, listens and serves. @throws StartError when the port is taken or the database outdated. */
export async function startServer(
  environment: Environment,
  logger: Logger,
  { fetch }: ServerOptions = {},
): Promise<RunningServer> {
  makePrivateFolder(environment.dataFolder);
  const secrets = ensureSecrets(environment);
  const adminTokens = ensureAdminTokens(environment);
  const server = createServer();
  server.on("request", notReady);
  const address = await listen(server, environment);
  try {
    const publicUrl = environment.publicUrl ?? address;
    const { app, offhook } = createApp({
      providers: createProviders({
        ...environment.providerOptions,
        secrets,
        publicUrl,
        api: environment.api,
        ...(fetch === undefined ? {} : { fetch }),
      }),
      archive: createArchive(environment),
      storage: createStorage(environment),
      adminTokens,
      publicUrl,
      missing: environment.api.missing,
      addresses: environment.addresses,
      logger,
    });
    await offhook.open();
    server.off("request", notReady).on("request", app);
    writeRunning(environment, { address, publicUrl, pid: process.pid });
    return {
      offhook,
      address,
      publicUrl,
      adminToken: adminTokens[0] ?? "",
      async close() {
        await stopListening(server);
        await offhook.close();
        removeRunning(environment);
      },
    };
  } catch (error) {
    server.close();
    server.closeAllConnections();
    throw isOutdated(error)
      ? new StartError(`${error.message}\nHere that is: npx -y pnpm@12 migrate (with the same DATABASE_URL)`)
      : error;
  }
}

function isOutdated(error: unknown): error is StorageError {
  return error instanceof StorageError && error.code === "storage_outdated";
}

/** Listens first, because with port 0 the address, which Twilio signs, is not known before. */
async function listen(server: Server, { port, host }: Environment): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(startErrorOf(error, host, port)));
    server.listen(port, host, resolve);
  });
  // A server that listens on TCP has such an address.
  const { port: actual } = server.address() as AddressInfo;
  return `http://${nameOf(host)}:${actual}`;
}

/** How this machine reaches a server that listens on a host. */
function nameOf(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

function startErrorOf(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === "EADDRINUSE") {
    return new StartError(
      `Port ${port} on ${host} is in use: stop the other process, or choose another port, for example PORT=${port + 1}`,
    );
  }
  if (error.code === "EACCES") return new StartError(`Port ${port} on ${host} is not allowed: choose one above 1023`);
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") {
    return new StartError(`HOST "${host}" is not an address of this machine`);
  }
  return error;
}

async function stopListening(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  // A connection that is kept alive becomes idle only once its request is answered.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const late = setTimeout(() => server.closeAllConnections(), finishMs);
  await closed;
  clearInterval(idle);
  clearTimeout(late);
}
