import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { describeAdapter } from "@offhook/testing/conformance";
import { createAdapterSubject } from "@offhook/testing/subject";
import { Hono } from "hono";
import { toHonoHandler } from "./hono-handler.ts";

describeAdapter({
  name: "Hono on Node",
  async start() {
    const { offhook, state } = createAdapterSubject();
    const app = new Hono().use("/api/webhooks/*", toHonoHandler(offhook));
    // Without TLS it is this kind of server.
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server;
    await once(server, "listening");
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
  },
});
