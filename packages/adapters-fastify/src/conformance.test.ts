import type { AddressInfo } from "node:net";
import { describeAdapter } from "@offhook/testing/conformance";
import { createAdapterSubject } from "@offhook/testing/subject";
import Fastify from "fastify";
import { toFastifyHandler } from "./fastify-handler.ts";

describeAdapter({
  name: "Fastify 5",
  async start() {
    const { offhook, state } = createAdapterSubject();
    const app = Fastify();
    await app.register(toFastifyHandler(offhook));
    await app.listen({ port: 0, host: "127.0.0.1" });
    return {
      // A server that listens on TCP has an address of this shape.
      port: (app.server.address() as AddressInfo).port,
      state,
      close: () => app.close(),
    };
  },
});
