import { createServer, type RequestListener } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describeAdapter, type AdapterTarget } from "@offhook/testing/conformance";
import { createAdapterSubject } from "@offhook/testing/subject";
import express from "express";
import express4 from "express4";
import { toExpressHandler } from "./express-handler.ts";

async function serve(listener: RequestListener, state: AdapterTarget["state"]): Promise<AdapterTarget> {
  const server = createServer(listener).listen(0, "127.0.0.1");
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
}

describeAdapter({
  name: "Express 5",
  start() {
    const { offhook, state } = createAdapterSubject();
    return serve(express().use("/api/webhooks", toExpressHandler(offhook)).use(express.json()), state);
  },
});

describeAdapter({
  name: "Express 4",
  start() {
    const { offhook, state } = createAdapterSubject();
    return serve(express4().use("/api/webhooks", toExpressHandler(offhook)).use(express4.json()), state);
  },
});
