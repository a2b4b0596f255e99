import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/** Stands between an app and its PostgreSQL, and makes every answer late. */
export interface SlowProxy {
  /** As the server's, with the proxy's port. */
  readonly url: string;
  /** How late what the server says arrives from now on. */
  delayMs: number;
  close(): Promise<void>;
}

export async function startSlowProxy(serverUrl: string): Promise<SlowProxy> {
  const target = new URL(serverUrl);
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("error", () => from.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
    near.on("data", (bytes: Buffer) => far.write(bytes));
    let passed: Promise<unknown> = Promise.resolve();
    far.on("data", (bytes: Buffer) => {
      // Each late by itself, and none before the one that came first.
      const late = proxy.delayMs === 0 ? undefined : wait(proxy.delayMs);
      passed = Promise.all([passed, late]).then(() => near.write(bytes));
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = new URL(serverUrl);
  // It listens on TCP.
  url.port = String((server.address() as AddressInfo).port);
  const proxy: SlowProxy = {
    url: url.href,
    delayMs: 0,
    async close() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
  return proxy;
}
