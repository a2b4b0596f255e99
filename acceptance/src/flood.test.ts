import { createServer } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { createOffhook, memoryStorage, silentLogger } from "@offhook/core";
import { addressRanges, behindProxies } from "@offhook/core/addresses";
import { toNodeHandler } from "@offhook/core/node";
import { retell } from "@offhook/retell";
import { retellLife, signSample } from "@offhook/testing";
import { afterEach, expect, test } from "vitest";

const provider = retell({ apiKey: "key_of_the_flood" });
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

async function serve(given: Partial<Parameters<typeof createOffhook>[0]> = {}) {
  const offhook = createOffhook({ providers: [provider], storage: memoryStorage(), logger: silentLogger, ...given });
  cleanups.push(() => offhook.close());
  const server = createServer(toNodeHandler(offhook)).listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(async () => {
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  });
  // A server that listens on TCP has an address of this shape.
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const post = async (url: string, headers: { readonly [name: string]: string }, body: Uint8Array): Promise<number> => {
    const response = await fetch(`${address}${url}`, { method: "POST", headers, body: Buffer.from(body) });
    await response.arrayBuffer();
    return response.status;
  };
  const sendLife = async (key: string, headers = {}): Promise<number[]> => {
    const statuses: number[] = [];
    for (const sample of retellLife({ key })) {
      const signed = await signSample(provider, sample);
      statuses.push(await post(signed.url, { ...signed.headers, ...headers }, signed.body));
    }
    return statuses;
  };
  const forge = (headers = {}) =>
    post("/api/webhooks/retell", { "content-type": "application/json", ...headers }, Buffer.from("{}"));
  return { offhook, sendLife, forge };
}

test("S09, H1: of a thousand forgeries a second all but a hundred get 429, and genuine calls of that address lose nothing", async () => {
  const { offhook, sendLife, forge } = await serve();
  const seconds = 3;
  const perSecond = 1_000;
  const refusals: Promise<number>[] = [];
  const lives: Promise<number[]>[] = [];
  const startMs = performance.now();
  for (let index = 0; index < seconds * perSecond; index += 1) {
    while (performance.now() - startMs < (index / perSecond) * 1_000) await wait(2);
    refusals.push(forge());
    if (index % 50 === 0) lives.push(sendLife(`a${index.toString(16)}`));
  }
  const counts = new Map<number, number>();
  for (const status of await Promise.all(refusals)) counts.set(status, (counts.get(status) ?? 0) + 1);
  expect(Object.fromEntries(counts)).toEqual({ 401: 100, 429: seconds * perSecond - 100 });
  const answered = await Promise.all(lives);
  expect(new Set(answered.flat())).toEqual(new Set([200]));
  // The refused ones are in the journal up to the limit, the genuine calls in the storage, each whole.
  const { deliveries, calls } = await offhook.health();
  expect({ rejected: deliveries.rejected, calls }).toEqual({ rejected: 100, calls: lives.length });
  expect((await offhook.calls.list({ limit: 200 })).data.map(({ status }) => status)).toEqual(
    Array.from({ length: lives.length }, () => "completed"),
  );
}, 60_000);

test("S08, S09: a sender cannot escape the limit, or put it on another, by writing headers", async () => {
  const { forge } = await serve({ rateLimit: { perMinute: 5 } });
  const statuses: number[] = [];
  for (let index = 0; index < 10; index += 1) {
    const address = `203.0.113.${index}`;
    statuses.push(
      await forge({
        "x-forwarded-for": address,
        "x-real-ip": address,
        "x-vercel-forwarded-for": address,
        "cf-connecting-ip": address,
      }),
    );
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429, 429, 429]);
});

test("S08, S09: behind a declared proxy each client has a limit of its own", async () => {
  const { forge, offhook } = await serve({
    rateLimit: { perMinute: 1 },
    clientAddress: behindProxies({ trusted: ["127.0.0.0/8", "::1"] }),
  });
  const from = (address: string) => forge({ "x-forwarded-for": `198.51.100.1, ${address}` });
  expect([await from("203.0.113.1"), await from("203.0.113.2"), await from("203.0.113.1")]).toEqual([401, 401, 429]);
  const { data } = await offhook.deliveries.list({ status: "rejected" });
  expect(data.map(({ remoteAddress }) => remoteAddress)).toEqual(["203.0.113.2", "203.0.113.1"]);
});

test("S07: what a list does not name is refused, although it is signed", async () => {
  const { sendLife, offhook } = await serve({
    clientAddress: behindProxies({ trusted: ["127.0.0.0/8", "::1"] }),
    // The one address that Retell documents.
    allowedAddresses: { retell: addressRanges(["100.20.5.228"]) },
  });
  expect(new Set(await sendLife("a1", { "x-forwarded-for": "203.0.113.9" }))).toEqual(new Set([403]));
  expect(new Set(await sendLife("a2", { "x-forwarded-for": "100.20.5.228" }))).toEqual(new Set([200]));
  expect((await offhook.health()).calls).toBe(1);
});
