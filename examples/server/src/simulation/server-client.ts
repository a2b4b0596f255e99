import type { SignableRequest } from "@offhook/core";
import { SimulationError } from "./simulation.ts";

interface ServerAnswer {
  readonly status: number;
  readonly body: string;
}

export interface ServerClient {
  /** @throws SimulationError with the command that starts the server. */
  ensureRunning(): Promise<void>;
  /** Sends a webhook as its vendor would. */
  send(request: SignableRequest): Promise<ServerAnswer>;
  /** Reads a management route; undefined for 404. */
  read(path: string): Promise<unknown>;
}

const timeoutMs = 15_000;

export function serverClient(address: string, adminToken: string): ServerClient {
  async function ask(url: string, init: RequestInit): Promise<ServerAnswer> {
    try {
      const response = await fetch(url, { ...init, redirect: "manual", signal: AbortSignal.timeout(timeoutMs) });
      return { status: response.status, body: await response.text() };
    } catch (cause) {
      throw new SimulationError(`No server answers at ${address}: start it with: npx -y pnpm@12 start`, { cause });
    }
  }

  return {
    async ensureRunning() {
      const { status } = await ask(`${address}/healthz`, {});
      if (status !== 200) throw new SimulationError(`${address} is not the example server: /healthz said ${status}`);
    },
    send: ({ method, url, headers, body }) =>
      ask(`${address}${url}`, { method, headers: { ...headers }, ...(method === "GET" ? {} : { body: body.slice() }) }),
    async read(path) {
      const { status, body } = await ask(`${address}${path}`, { headers: { authorization: `Bearer ${adminToken}` } });
      if (status === 404) return undefined;
      if (status === 401) {
        throw new SimulationError(
          `${address} does not take this admin token: run the simulator with the data folder and environment of the server`,
        );
      }
      if (status !== 200) throw new SimulationError(`GET ${path}: expected 200, got ${status}`);
      return JSON.parse(body);
    },
  };
}
