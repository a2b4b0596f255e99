import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import { describeAdapter, serverTarget } from "@offhook/testing/conformance";
import { createAdapterSubject } from "@offhook/testing/subject";
import { Hono } from "hono";
import { toHonoHandler } from "./hono-handler.ts";

describeAdapter({
  name: "Hono on Node",
  start() {
    const { offhook, state } = createAdapterSubject();
    const app = new Hono().use("/api/webhooks/*", toHonoHandler(offhook));
    // Without TLS it is this kind of server.
    return serverTarget(serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server, state);
  },
});
