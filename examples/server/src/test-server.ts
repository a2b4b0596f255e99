import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Provider, SignableRequest } from "@offhook/core";
import { pino } from "pino";
import { ensureSecrets } from "./development-secrets.ts";
import { readEnvironment, type Variables } from "./environment.ts";
import { createProviders } from "./providers.ts";
import { startServer, type RunningServer, type ServerOptions } from "./server.ts";

/** A server in this process, on a folder and port of its own, for tests. */
export interface TestServer extends RunningServer {
  readonly dataFolder: string;
  readonly providers: readonly Provider[];
  readonly secrets: readonly string[];
  /** Every line that was logged, as JSON. */
  readonly logged: string[];
  send(request: SignableRequest): Promise<Response>;
  /** Asks with the admin token; `init` can take it away. */
  ask(path: string, init?: RequestInit): Promise<Response>;
}

export async function startTestServer(variables: Variables = {}, options: ServerOptions = {}): Promise<TestServer> {
  const dataFolder = await temporaryFolder();
  const environment = readEnvironment({ PORT: "0", OFFHOOK_DATA_DIR: dataFolder, ...variables });
  const logged: string[] = [];
  const server = await startServer(environment, pino({}, { write: (line) => void logged.push(line) }), options);
  const { address, publicUrl, adminToken } = server;
  const secrets = ensureSecrets(environment);
  return {
    ...server,
    dataFolder,
    providers: createProviders({ ...environment.providerOptions, secrets, publicUrl, api: environment.api }),
    secrets: [...Object.values(secrets).flat(), adminToken],
    logged,
    send: ({ method, url, headers, body }) =>
      fetch(`${address}${url}`, {
        method,
        headers: { ...headers },
        ...(method === "GET" ? {} : { body: body.slice() }),
      }),
    ask: (path, init) => fetch(`${address}${path}`, { headers: { authorization: `Bearer ${adminToken}` }, ...init }),
    async close() {
      await server.close();
      await rm(dataFolder, { recursive: true });
    },
  };
}

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), "offhook-server-"));
