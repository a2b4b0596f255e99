import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { AdapterTarget } from "./adapter-case.ts";

/** A server of Node's that listens, or is about to, as `describeAdapter` wants it. Closing it ends its connections. */
export async function serverTarget(server: Server, state: AdapterTarget["state"]): Promise<AdapterTarget> {
  if (!server.listening) await once(server, "listening");
  return {
    // A server that listens on TCP has an address of this shape.
    port: (server.address() as AddressInfo).port,
    state,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
