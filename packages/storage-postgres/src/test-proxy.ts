import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** Stands between a storage and its server, as a network does. */
export interface Proxy {
  readonly url: string;
  /** From now on nothing passes, and nobody is told. */
  freeze(): void;
  /** Lets new connections pass again. */
  thaw(): void;
  /** Breaks every connection. */
  cut(): void;
  close(): Promise<void>;
}

/** @param targetUrl of the server. */
export async function startProxy(targetUrl: string): Promise<Proxy> {
  const target = new URL(targetUrl);
  const sockets = new Set<Socket>();
  let isFrozen = false;
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("data", (bytes: Buffer) => {
        if (!isFrozen) to.write(bytes);
      });
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
      from.on("error", () => from.destroy());
    }
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const url = new URL(targetUrl);
  // A server that listens on TCP has such an address.
  url.port = String((server.address() as AddressInfo).port);
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: url.href,
    freeze() {
      isFrozen = true;
    },
    thaw() {
      isFrozen = false;
    },
    cut,
    close() {
      cut();
      return new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
    },
  };
}
