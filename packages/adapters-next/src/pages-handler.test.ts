import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { createAdapterSubject } from "@offhook/testing/subject";
import { expect, test } from "vitest";
import { toNextPagesHandler } from "./pages-handler.ts";

test("a body that was read before names the line to change", async () => {
  const { offhook } = createAdapterSubject();
  const handler = toNextPagesHandler(offhook);
  const server = createServer((request, response) => {
    void json(request).then(() => handler(request, response));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  // A server that listens on TCP has an address of this shape.
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/api/webhooks/subject`;
  const response = await fetch(url, { method: "POST", body: "{}", headers: { "content-type": "application/json" } });
  server.close();
  expect(response.status).toBe(500);
  const [summary] = (await offhook.deliveries.list()).data;
  expect(JSON.stringify(summary)).toContain("export const config = { api: { bodyParser: false } }");
});
