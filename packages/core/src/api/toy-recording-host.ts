import type { IncomingMessage, ServerResponse } from "node:http";
import { Agent, createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { ConnectionOptions } from "node:tls";
import type { NetworkSeams, ResolveAll } from "./pinned-fetch.node.ts";
import { toyCertificate } from "./toy-certificate.ts";

/** A vendor's file server on the loopback, which a download reaches by port 443 of its names. */
export interface ToyRecordingHost {
  /** Its certificate is trusted and its port is gone to; where names lead to is for the test to say. */
  readonly agent: Agent;
  /** Connections that reached it. */
  readonly connections: () => number;
  /** Connections that are open. */
  readonly open: () => Promise<number>;
  /** Addresses that a connection was tried to. */
  readonly attempts: string[];
  readonly close: () => Promise<void>;
}

export type Answering = (request: IncomingMessage, response: ServerResponse) => void;

export async function startRecordingHost(names: readonly string[], answer: Answering): Promise<ToyRecordingHost> {
  const { key, cert } = toyCertificate(names);
  const server = createServer({ key, cert }, answer);
  let connections = 0;
  server.on("connection", () => (connections += 1));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's
  const attempts: string[] = [];

  class PortAgent extends Agent {
    override createConnection(options: ConnectionOptions): ReturnType<Agent["createConnection"]> {
      const socket = super.createConnection({ ...options, port });
      socket?.on("connectionAttempt", (address: string) => attempts.push(address));
      return socket;
    }
  }

  return {
    agent: new PortAgent({ ca: cert }),
    connections: () => connections,
    open: () =>
      new Promise((resolve, reject) => {
        server.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
      }),
    attempts,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Names that lead to an address, each time to the next of the list and then to its last. */
export function toyNames(
  names: Readonly<Record<string, readonly string[]>>,
): ResolveAll & { readonly asked: string[] } {
  const asked: string[] = [];
  const resolve: ResolveAll = (hostname, _options, callback) => {
    const answers = names[hostname] ?? [];
    const index = asked.filter((name) => name === hostname).length;
    asked.push(hostname);
    const answer = answers[Math.min(index, answers.length - 1)];
    setImmediate(() => {
      if (answer === undefined) callback(Object.assign(new Error("not found"), { code: "ENOTFOUND" }), []);
      else
        callback(
          null,
          answer.split(" ").map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
        );
    });
  };
  return Object.assign(resolve, { asked });
}

/** The loopback stands for the public internet. */
export const overLoopback: Pick<NetworkSeams, "isAllowedAddress"> = {
  isAllowedAddress: (address) => address === "127.0.0.1",
};
