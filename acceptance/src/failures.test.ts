import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { toExpressHandler } from "@offhook/adapters-express";
import { createOffhook, type Offhook, type Provider } from "@offhook/core";
import { sqliteStorage } from "@offhook/storage-sqlite";
import { signSample, twilioLife } from "@offhook/testing";
import { twilio } from "@offhook/twilio";
import express from "express";
import { afterEach, beforeEach, expect, test } from "vitest";

const authToken = "2f8c1d9a7b3e4f60a1b2c3d4e5f60718";
const provider = twilio({ authToken, publicUrl: "https://hooks.example.com" });

let folder: string;
let path: string;
const closing: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "offhook-failures-"));
  path = join(folder, "calls.db");
});
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  await rm(folder, { recursive: true });
});

/** An app with an embedded storage, on a port of its own. */
async function serve(served: Provider): Promise<{ offhook: Offhook; send: (index: number) => Promise<Response> }> {
  const offhook = createOffhook({ providers: [served], storage: sqliteStorage({ path }) });
  const app = express();
  app.use("/api/webhooks", toExpressHandler(offhook));
  const server: Server = createServer(app);
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  // It listens on TCP.
  const { port } = server.address() as AddressInfo;
  closing.push(() => offhook.close());
  closing.push(
    () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  );
  return {
    offhook,
    async send(index) {
      const sample = twilioLife()[index];
      if (sample === undefined) throw new RangeError(`No sample ${index}`);
      const { method, url, headers, body } = await signSample(provider, sample);
      return fetch(`http://127.0.0.1:${port}${url}`, { method, headers: { ...headers }, body: body.slice() });
    },
  };
}

test("a storage that is down is answered 503 with Retry-After, and everything goes on once it is back", async () => {
  const { offhook, send } = await serve(provider);
  expect((await send(0)).status).toBe(204);
  await rename(path, `${path}.away`);
  const down = await send(1);
  expect(down.status).toBe(503);
  expect(Number(down.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(await down.json()).toMatchObject({ success: false, error: { code: "storage_unavailable" } });

  await rename(`${path}.away`, path);
  // As the vendor does: the same again, then what comes next.
  expect((await send(1)).status).toBe(204);
  expect((await send(2)).status).toBe(204);
  const [call] = (await offhook.calls.list()).data;
  expect(call).toMatchObject({ status: "in_progress", version: 3 });
});

test("a storage that cannot be opened is answered 503, and opened by a later delivery", async () => {
  const missing = join(folder, "later");
  path = join(missing, "calls.db");
  const { offhook, send } = await serve(provider);
  const down = await send(0);
  expect(down.status).toBe(503);
  expect(down.headers.get("retry-after")).not.toBeNull();
  await mkdir(missing);
  expect((await send(0)).status).toBe(204);
  expect((await offhook.calls.list()).data).toHaveLength(1);
});

test("a forged delivery is refused as such while the storage is down", async () => {
  const { send } = await serve(twilio({ authToken: "another token", publicUrl: "https://hooks.example.com" }));
  await send(0);
  await rename(path, `${path}.away`);
  expect((await send(1)).status).toBe(401);
});

test("a mapper that throws loses nothing: the delivery is acknowledged and kept as failed", async () => {
  const { offhook, send } = await serve({
    ...provider,
    routes: provider.routes.map((route) => ({
      ...route,
      translate(delivery) {
        if (new TextDecoder().decode(delivery.body).includes("CallStatus=ringing")) {
          throw new TypeError("a mistake that quotes +14155550199");
        }
        return route.translate(delivery);
      },
    })),
  });
  expect((await send(0)).status).toBe(204);
  expect((await send(1)).status).toBe(204);
  expect((await send(1)).status).toBe(204);
  expect((await send(2)).status).toBe(204);

  const { data } = await offhook.deliveries.list({ status: "failed" });
  expect(data).toHaveLength(1);
  expect(data[0]).toMatchObject({ error: { code: "mapper_failed" }, duplicates: 1 });
  expect(JSON.stringify(data)).not.toContain("4155550199");
  const failed = await offhook.deliveries.get(data[0]?.id ?? "");
  expect(new TextDecoder().decode(failed?.body)).toBe(twilioLife()[1]?.body);
  // What the others say is not held up.
  const [call] = (await offhook.calls.list()).data;
  expect(call).toMatchObject({ status: "in_progress", version: 2 });
});
