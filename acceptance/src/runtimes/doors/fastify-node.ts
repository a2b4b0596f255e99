import type { AddressInfo } from "node:net";
import { toFastifyHandler } from "@offhook/adapters-fastify";
import Fastify from "fastify";
import type { App } from "../programs/app.ts";
import { tellPort } from "./tell-port.ts";

export async function serve({ offhook, questions }: App): Promise<void> {
  const app = Fastify();
  await app.register(toFastifyHandler(offhook));
  for (const [path, question] of Object.entries(questions)) app.get(path, question);
  await app.listen({ port: 0, host: "127.0.0.1" });
  // A server that listens on TCP has an address of this shape.
  tellPort((app.server.address() as AddressInfo).port);
}
