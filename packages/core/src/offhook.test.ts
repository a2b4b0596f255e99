import { describe, expect, test, vi } from "vitest";
import { ConfigurationError, StorageError } from "./errors.ts";
import type { InboundResponder } from "./inbound.ts";
import { silentLogger, type Logger } from "./logger.ts";
import { memoryStorage } from "./memory-storage.ts";
import type { OffhookOptions } from "./offhook-options.ts";
import { createOffhook } from "./offhook.ts";
import { MemoryArchive } from "./integrations/memory-archive.ts";
import type { Storage } from "./storage.ts";
import { toyProvider, toyRequest, toyVerification, type ToyPayload } from "./toy-provider.ts";

const ringing: ToyPayload = { call: "c1", type: "call.ringing", status: "ringing", at: "2026-11-20T10:00:00.000Z" };
const ended: ToyPayload = { call: "c1", type: "call.ended", status: "completed", at: "2026-11-20T10:01:00.000Z" };

function open(given: Partial<OffhookOptions> = {}) {
  const offhook = createOffhook({ providers: [toyProvider()], storage: memoryStorage(), ...given });
  return {
    offhook,
    send: async (payload: ToyPayload | string, url?: string) => offhook.handle(await toyRequest(payload, url)),
  };
}

const errorOf = (answer: { body: string }): string =>
  (JSON.parse(answer.body) as { error: { code: string } }).error.code;

describe("a genuine delivery", () => {
  test("is answered after it is stored, and folded into a call", async () => {
    const { offhook, send } = open();
    const answer = await send(ringing);
    expect(answer.status).toBe(200);
    const { id, duplicate, success } = JSON.parse(answer.body) as { id: string; duplicate: boolean; success: boolean };
    expect({ success, duplicate }).toEqual({ success: true, duplicate: false });
    await send(ended);
    expect(await offhook.calls.get("call_toy_c1")).toMatchObject({ status: "completed", version: 2 });
    expect(await offhook.deliveries.get(id)).toMatchObject({
      status: "applied",
      kind: "call.ringing",
      provider: "toy",
    });
    expect((await offhook.calls.events("call_toy_c1"))?.map((event) => event.type)).toEqual([
      "call.ringing",
      "call.ended",
    ]);
  });

  test("that comes again has no other effect", async () => {
    const { offhook, send } = open();
    const first = JSON.parse((await send(ended)).body) as { id: string };
    const second = JSON.parse((await send(ended)).body) as { id: string; duplicate: boolean };
    expect(second).toEqual({ success: true, id: first.id, duplicate: true });
    expect((await offhook.calls.get("call_toy_c1"))?.version).toBe(1);
    expect(await offhook.health()).toMatchObject({ calls: 1, events: 1, deliveries: { applied: 1 } });
  });

  test("is the same however it is written: what is not signed makes no new delivery of it", async () => {
    const { offhook, send } = open();
    await send(ended);
    expect(JSON.parse((await send(ended, "/api/webhooks/toy?again=1")).body)).toMatchObject({ duplicate: true });
    expect(JSON.parse((await send(ended, "/old/toy")).body)).toMatchObject({ duplicate: true });
    expect((await offhook.health()).events).toBe(1);
  });

  test("E17: that only tries something makes a call that says so", async () => {
    const { offhook, send } = open();
    const request = await toyRequest(ended);
    await offhook.handle({ ...request, headers: { ...request.headers, "offhook-test": "true" } });
    await send({ ...ended, call: "c2" });
    expect(await offhook.calls.get("call_toy_c1")).toMatchObject({ test: true });
    expect(await offhook.calls.get("call_toy_c2")).toMatchObject({ test: false });
    expect((await offhook.deliveries.list()).data.filter((delivery) => delivery.test)).toHaveLength(1);
  });

  test("may want to hear nothing", async () => {
    const { send } = open({ providers: [toyProvider({ acknowledgement: 204 })] });
    expect(await send(ended)).toMatchObject({ status: 204, body: "" });
  });

  test("of an unknown kind is kept", async () => {
    const { offhook, send } = open();
    expect((await send({ note: "new" })).status).toBe(200);
    expect((await offhook.deliveries.list()).data[0]).toMatchObject({ status: "unmapped", error: null });
  });

  test.each(["throws", "unreadable", "bad-id"] as const)(
    "that the mapper cannot take (%s) is kept as failed and acknowledged",
    async (trouble) => {
      const { offhook, send } = open();
      const answer = await send({ ...ended, trouble });
      expect(answer.status).toBe(200);
      const { id } = JSON.parse(answer.body) as { id: string };
      const delivery = await offhook.deliveries.get(id);
      expect(delivery?.status).toBe("failed");
      expect(delivery?.error?.code).toBe(trouble === "throws" ? "mapper_failed" : "payload_invalid");
      expect(JSON.parse(new TextDecoder().decode(delivery?.body))).toMatchObject({ trouble });
    },
  );

  test("that is not what its content type says is kept as failed and acknowledged", async () => {
    const { offhook, send } = open();
    expect((await send("{")).status).toBe(200);
    expect((await offhook.deliveries.list()).data[0]?.error?.code).toBe("payload_invalid");
  });

  test("whose events a storage cannot take is kept as failed, and its neighbours are stored", async () => {
    const storage = memoryStorage();
    const picky: Storage = {
      ...storage,
      write: (work) =>
        storage.write((transaction) =>
          work({
            ...transaction,
            async save(subject, changes) {
              if (changes.some((change) => JSON.stringify(change).includes("poison"))) throw new RangeError("too deep");
              return transaction.save(subject, changes);
            },
          }),
        ),
    };
    const { offhook, send } = open({ storage: picky });
    const answers = await Promise.all([
      send(ringing),
      send({ ...ended, note: "poison" }),
      send({ ...ended, call: "c2" }),
    ]);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    expect(await offhook.health()).toMatchObject({ calls: 2, deliveries: { applied: 2, failed: 1 } });
  });

  test("E15, W10: speaks of a lead as well", async () => {
    const { offhook, send } = open();
    await send({ lead: "l1" });
    await send({ lead: "l1", note: "again" });
    expect((await offhook.leads.list()).data).toHaveLength(1);
    expect(await offhook.leads.get("lead_toy_l1")).toMatchObject({ firstName: "Ana", version: 2 });
    expect(await offhook.leads.get("lead_toy_l2")).toBeUndefined();
  });

  test("that links two known calls makes them one, and the old id leads to it", async () => {
    const { offhook, send } = open();
    await send(ringing);
    await send({ leg: "CA1", type: "call.answered", status: "in_progress" });
    expect((await offhook.calls.list()).data).toHaveLength(2);
    await send({ ...ended, leg: "CA1" });
    const { data } = await offhook.calls.list();
    expect(data.map((call) => call.id)).toEqual(["call_carrier_CA1"]);
    expect(await offhook.calls.get("call_toy_c1")).toEqual(data[0]);
    expect(data[0]?.version).toBe(3);
  });

  test("D10: a hundred at once are stored in few transactions", async () => {
    const storage = memoryStorage();
    let writes = 0;
    const counting: Storage = {
      ...storage,
      write(work) {
        writes += 1;
        return storage.write(work);
      },
    };
    const { offhook, send } = open({ storage: counting });
    await Promise.all(Array.from({ length: 100 }, (_, index) => send({ ...ended, call: `c${index}` })));
    expect((await offhook.health()).calls).toBe(100);
    expect(writes).toBeLessThan(20);
  });
});

describe("a request that is refused", () => {
  test("S01, S16: is answered with a stable code and journaled with its reason, and nothing else happens", async () => {
    const { offhook } = open();
    const request = await toyRequest(ended);
    const forged = {
      ...request,
      headers: { ...request.headers, "x-toy-signature": "0".repeat(64) },
      remoteAddress: "203.0.113.9",
    };
    const answer = await offhook.handle(forged);
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.body)).toEqual({
      success: false,
      error: { code: "signature_mismatch", message: expect.any(String), docs: "docs/errors.md#signature_mismatch" },
    });
    const { data } = await offhook.deliveries.list();
    expect(data).toHaveLength(1);
    expect(data[0]).toMatchObject({
      status: "rejected",
      identity: null,
      remoteAddress: "203.0.113.9",
      error: { code: "signature_mismatch" },
    });
    expect(await offhook.health()).toMatchObject({ calls: 0, events: 0 });
    // The genuine one is not taken for a repetition of the forged one.
    expect(JSON.parse((await offhook.handle(request)).body)).toMatchObject({ duplicate: false });
  });

  test("keeps at most 16 KiB in the journal, but tells the size", async () => {
    const provider = toyProvider();
    const [route] = provider.routes;
    const { offhook } = open({
      providers: [{ ...provider, routes: route === undefined ? [] : [{ ...route, maxBodyBytes: 1e6 }] }],
    });
    await offhook.handle({ method: "POST", url: "/api/webhooks/toy", headers: {}, body: new Uint8Array(100_000) });
    const [summary] = (await offhook.deliveries.list()).data;
    expect(summary?.bodyBytes).toBe(100_000);
    expect((await offhook.deliveries.get(summary?.id ?? ""))?.body).toHaveLength(16 * 1024);
  });

  test("S11: leaves no secret in the journal", async () => {
    const { offhook } = open();
    const request = await toyRequest(ended, "/api/webhooks/toy?token=s3cret&a=1");
    const headers = { ...request.headers, authorization: "Bearer s3cret", cookie: "s3cret", "x-api-key": "s3cret" };
    await offhook.handle({ ...request, headers });
    const [delivery] = (await offhook.deliveries.list()).data;
    expect(JSON.stringify(delivery)).not.toContain("s3cret");
    expect(JSON.stringify(delivery)).not.toContain(String(request.headers["x-toy-signature"]));
    expect(delivery).toMatchObject({
      url: "/api/webhooks/toy?token=[redacted]&a=1",
      headers: { "content-type": "application/json" },
    });
  });

  test("S06: for its method, type, size, encoding or address", async () => {
    const { offhook } = open();
    const request = await toyRequest(ended);
    const changed = async (change: object) => offhook.handle({ ...request, ...change });
    const put = await changed({ method: "PUT" });
    expect([put.status, errorOf(put), put.headers["allow"]]).toEqual([
      405,
      "method_not_allowed",
      "GET, HEAD, OPTIONS, POST",
    ]);
    const xml = await changed({ headers: { ...request.headers, "content-type": "text/xml" } });
    expect([xml.status, errorOf(xml)]).toEqual([415, "unsupported_media_type"]);
    const gzip = await changed({ headers: { ...request.headers, "content-encoding": "gzip" } });
    expect([gzip.status, errorOf(gzip)]).toEqual([415, "unsupported_media_type"]);
    const large = await changed({ body: new Uint8Array(5_000) });
    expect([large.status, errorOf(large)]).toEqual([413, "body_too_large"]);
    const nowhere = await changed({ url: "/api/webhooks/nowhere" });
    expect([nowhere.status, errorOf(nowhere)]).toEqual([404, "not_found"]);
  });

  test("because it has no signature to tell a new format from garbage", async () => {
    const { offhook } = open({ providers: [toyProvider({ verification: { type: "none", reason: "a test" } })] });
    const answer = await offhook.handle({
      method: "POST",
      url: "/api/webhooks/toy",
      headers: {},
      body: new TextEncoder().encode("{"),
    });
    expect([answer.status, errorOf(answer)]).toEqual([400, "payload_invalid"]);
  });

  test("because a custom check broke: nothing is taken on its word", async () => {
    const { offhook } = open({
      providers: [
        toyProvider({
          verification: {
            type: "custom",
            verify() {
              throw new TypeError("broken");
            },
          },
        }),
      ],
    });
    const answer = await offhook.handle(await toyRequest(ended));
    expect([answer.status, errorOf(answer)]).toEqual([503, "internal_failure"]);
    expect(await offhook.health()).toMatchObject({ calls: 0, deliveries: { rejected: 1 } });
  });
});

describe("a storage that is down", () => {
  const broken = (fails: () => boolean): Storage => {
    const storage = memoryStorage();
    const unavailable = new StorageError("storage_unavailable", "down");
    return {
      ...storage,
      open: () => (fails() ? Promise.reject(unavailable) : storage.open()),
      write: (work) => (fails() ? Promise.reject(unavailable) : storage.write(work)),
    };
  };

  test("D15: makes the sender come back, and recovers by itself", async () => {
    let down = true;
    const { offhook, send } = open({ storage: broken(() => down) });
    const answer = await send(ended);
    expect([answer.status, errorOf(answer), answer.headers["retry-after"]]).toEqual([503, "storage_unavailable", "5"]);
    down = false;
    expect((await send(ended)).status).toBe(200);
    down = true;
    expect((await send({ ...ended, call: "c2" })).status).toBe(503);
    down = false;
    expect((await offhook.calls.list()).data).toHaveLength(1);
  });

  test("D09: that hangs is given up in time", async () => {
    const storage = memoryStorage();
    const { send } = open({ storage: { ...storage, write: () => new Promise(() => undefined) }, commitTimeoutMs: 50 });
    const answers = await Promise.all([send(ringing), send(ended)]);
    expect(answers.map((answer) => answer.status)).toEqual([503, 503]);
  });

  test("still refuses forgeries as forgeries", async () => {
    const { offhook } = open({ storage: broken(() => true) });
    expect((await offhook.handle({ ...(await toyRequest(ended)), headers: {} })).status).toBe(401);
  });
});

describe("looking at an address", () => {
  test("W07: GET tells what is there", async () => {
    const { offhook } = open();
    const answer = await offhook.handle({
      method: "GET",
      url: "/api/webhooks/toy",
      headers: {},
      body: new Uint8Array(),
    });
    expect(JSON.parse(answer.body)).toEqual({
      success: true,
      message: "toy webhook is listening",
      endpoint: "/api/webhooks/toy",
      methods: ["POST"],
      version: expect.any(String),
    });
  });

  test("S06: a signed GET is no delivery where the vendor sends none", async () => {
    const { offhook } = open();
    const { headers } = await toyRequest("");
    const answer = await offhook.handle({
      method: "GET",
      url: "/api/webhooks/toy?a=1",
      headers,
      body: new Uint8Array(),
    });
    expect(JSON.parse(answer.body)).toMatchObject({ message: "toy webhook is listening" });
    expect((await offhook.deliveries.list()).data).toEqual([]);
  });

  test("W14: OPTIONS answers preflight, and CORS is for named origins only", async () => {
    const { offhook } = open({ cors: { origins: ["https://app.example.com"] } });
    const ask = (origin: string) =>
      offhook.handle({ method: "OPTIONS", url: "/api/webhooks/toy", headers: { origin }, body: new Uint8Array() });
    expect(await ask("https://app.example.com")).toMatchObject({
      status: 204,
      headers: {
        allow: "GET, HEAD, OPTIONS, POST",
        "access-control-allow-origin": "https://app.example.com",
        vary: "Origin",
      },
    });
    expect((await ask("https://evil.example.com")).headers).not.toHaveProperty("access-control-allow-origin");
  });

  test("W05: the test route says how a request arrived, and stores nothing", async () => {
    const { offhook } = open();
    const post = await offhook.handle({
      method: "POST",
      url: "/api/webhooks/test",
      headers: { "content-type": "application/json", signature: "abc" },
      body: new TextEncoder().encode('{"a":1}'),
    });
    expect(JSON.parse(post.body)).toMatchObject({
      success: true,
      received: {
        method: "POST",
        contentType: "application/json",
        bodyBytes: 7,
        isJson: true,
        signatureHeaders: ["signature"],
      },
    });
    const get = await offhook.handle({ method: "GET", url: "/api/webhooks/test", headers: {}, body: new Uint8Array() });
    expect(JSON.parse(get.body)).toMatchObject({
      success: true,
      endpoint: "/api/webhooks/test",
      methods: ["GET", "POST"],
    });
    expect((await offhook.health()).deliveries.applied).toBe(0);
  });

  test("W12: the echo route repeats as JSON without secrets, and is off where it was not wanted", async () => {
    const echo = {
      method: "POST",
      url: "/api/webhooks/echo",
      headers: { authorization: "s3cret", "x-a": "1" },
      body: new TextEncoder().encode("<b>"),
    };
    const answer = await open({ echo: true }).offhook.handle(echo);
    expect(answer.headers["content-type"]).toBe("application/json; charset=utf-8");
    expect(answer.headers["x-content-type-options"]).toBe("nosniff");
    expect(JSON.parse(answer.body)).toMatchObject({ headers: { "x-a": "1" }, body: "<b>" });
    expect(answer.body).not.toContain("s3cret");
    expect((await open({ echo: false }).offhook.handle(echo)).status).toBe(404);
  });

  test("is possible below another prefix, below a mount, and at an absolute alias", async () => {
    const { offhook } = open({ prefix: "/hooks/" });
    expect(offhook.handles("/hooks/toy?x=1")).toBe(true);
    expect(offhook.handles("/hooks/toy/")).toBe(true);
    expect(offhook.handles("/old/toy")).toBe(true);
    expect(offhook.handles("/toy")).toBe(false);
    expect(offhook.handles("/other/toy", "/toy")).toBe(true);
    expect(offhook.handles("/api/webhooks/toy")).toBe(false);
    expect(offhook.addresses).toContainEqual({ path: "/hooks/toy", relativePath: "/toy", provider: "toy", kind: "" });
  });
});

describe("a question", () => {
  const question: ToyPayload = { ...ringing, asks: true };

  test("E06: is stored and answered by the app", async () => {
    const { offhook, send } = open({
      onInbound: ({ agentId, references }) => ({ agentId: `${agentId}-${references[0]?.id}` }),
    });
    const answer = await send(question);
    expect([answer.status, answer.body]).toEqual([200, '{"agentId":"agent_1-c1"}']);
    expect((await offhook.calls.list()).data).toHaveLength(1);
    // Asked again, it is answered again.
    expect((await send(question)).body).toBe('{"agentId":"agent_1-c1"}');
  });

  test.each<[string, InboundResponder | undefined]>([
    ["nobody decides", undefined],
    ["the app throws", () => Promise.reject(new Error("broken"))],
    ["the app is too slow", () => new Promise<undefined>(() => undefined)],
    ["the app has no opinion", () => undefined],
  ])("gets the safe answer when %s", async (_title, onInbound) => {
    const { send } = open({ ...(onInbound && { onInbound }), inboundTimeoutMs: 20 });
    expect(await send(question)).toMatchObject({ status: 200, body: '{"default":true}' });
  });
});

describe("handlers", () => {
  test("run after the commit, once for a change however many deliveries tell of it, and never change the answer", async () => {
    const told: string[] = [];
    const { offhook, send } = open({
      runJobs: false,
      on: {
        "call.created": ({ type }) => void told.push(type),
        "call.ended": ({ type, call }) => void told.push(`${type} ${call.status}`),
        "call.updated": () => Promise.reject(new Error("broken")),
      },
    });
    expect((await send(ringing)).status).toBe(200);
    expect(told).toEqual([]);
    await send(ended);
    await send({ ...ended, note: "again" });
    const result = await offhook.drain();
    expect(told.toSorted()).toEqual(["call.created", "call.ended completed"]);
    expect(result).toMatchObject({ done: 2, failed: 2, nextRunAtMs: expect.any(Number) });
    // The two that failed, and the retention of tomorrow.
    expect((await offhook.health()).jobs).toEqual({ waiting: 3, running: 0, dead: 0 });
  });

  test("run by themselves where the process lives on", async () => {
    const told = Promise.withResolvers<string>();
    const { offhook, send } = open({ on: { "call.ended": ({ call }) => told.resolve(call.id) } });
    await send(ended);
    expect(await told.promise).toBe("call_toy_c1");
    await offhook.close();
  });

  test("that were missed by a crash run when the process starts again", async () => {
    const storage = memoryStorage();
    const first = open({ storage, runJobs: false, on: { "call.ended": () => undefined } });
    await first.send(ended);
    const told = Promise.withResolvers<string>();
    const second = open({ storage, on: { "call.ended": ({ call }) => told.resolve(call.id) } });
    await second.offhook.open();
    expect(await told.promise).toBe("call_toy_c1");
    await second.offhook.close();
  });

  test("hear of leads, merges and analyses too", async () => {
    const told: string[] = [];
    const { offhook, send } = open({
      runJobs: false,
      on: {
        "lead.created": ({ lead }) => void told.push(lead.id),
        "call.merged": ({ call }) => void told.push(call.id),
      },
      notifiers: [
        {
          name: "test",
          changes: ["call.merged"],
          notify: async ({ id, type }) => void told.push(`${type} ${id.length > 0}`),
        },
      ],
    });
    await send({ lead: "l1" });
    await send(ringing);
    await send({ leg: "CA1", type: "call.answered", status: "in_progress" });
    await send({ ...ended, leg: "CA1" });
    await offhook.drain();
    expect(told.toSorted()).toEqual(["call.merged true", "call_carrier_CA1", "lead_toy_l1"]);
  });
});

describe("doors", () => {
  test("fetch takes a Request and gives a Response", async () => {
    const { offhook } = open();
    const { headers, body } = await toyRequest(ended);
    const request = new Request("https://app.example.com/api/webhooks/toy", {
      method: "POST",
      headers: headers as Record<string, string>, // signRequest gives single values
      body: new Uint8Array(body),
    });
    const response = await offhook.fetch(request);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ success: true });
    const large = new Request("https://app.example.com/api/webhooks/toy", {
      method: "POST",
      body: new Uint8Array(9_000),
    });
    expect((await offhook.fetch(large)).status).toBe(413);
    const read = new Request("https://app.example.com/api/webhooks/toy", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    await read.text();
    const refusal = await offhook.fetch(read, { remoteAddress: "203.0.113.9" });
    expect(refusal.status).toBe(500);
    const [journaled] = (await offhook.deliveries.list()).data;
    expect(journaled).toMatchObject({ remoteAddress: "203.0.113.9", error: { code: "body_already_parsed" } });
    const preflight = await offhook.fetch(
      new Request("https://app.example.com/api/webhooks/toy", { method: "OPTIONS" }),
    );
    expect([preflight.status, await preflight.text()]).toEqual([204, ""]);
  });
});

describe("construction", () => {
  test.each<[string, Partial<OffhookOptions>]>([
    ["a provider that was not called", { providers: [toyProvider as never] }],
    ["no list of providers", { providers: toyProvider() as never }],
    ["no storage", { storage: undefined as never }],
    ["a handler that is none", { on: { "call.ended": 1 as never } }],
    ["two providers on one address", { providers: [toyProvider(), toyProvider()] }],
    ["a prefix that is no path", { prefix: "hooks" }],
    ["a provider name that ids cannot hold", { providers: [{ ...toyProvider(), name: "To_y" }] }],
    ["an empty tenant", { tenantId: "" }],
    ["an archive that deletes nothing", { archive: { put: Date.now, get: Date.now } as never }],
  ])("refuses %s", (_title, given) => {
    expect(() => open(given)).toThrow(ConfigurationError);
  });

  test.each<[string, Partial<OffhookOptions>]>([
    ["an archive", { archive: new MemoryArchive() }],
    ["a schedule", { reconcile: {} }],
  ])("warns of %s that does nothing without a client", (_title, given) => {
    const warn = vi.fn<Logger["warn"]>();
    open({ ...given, logger: { ...silentLogger, warn } });
    expect(warn).toHaveBeenCalledExactlyOnceWith({}, expect.stringContaining("no provider has an API client"));
  });

  test("keeps tenants apart on one storage", async () => {
    const storage = memoryStorage();
    const one = open({ storage, tenantId: "one" });
    const two = open({ storage, tenantId: "two" });
    await one.send(ended);
    expect((await two.offhook.calls.list()).data).toEqual([]);
    expect(await two.offhook.calls.get("call_toy_c1")).toBeUndefined();
    expect(JSON.parse((await two.send(ended)).body)).toMatchObject({ duplicate: false });
  });

  test("a closed Offhook takes nothing more", async () => {
    const { offhook, send } = open();
    await send(ended);
    await offhook.close();
    expect((await send({ ...ended, call: "c2" })).status).toBe(503);
    await expect(offhook.calls.list()).rejects.toMatchObject({ code: "storage_unavailable" });
  });
});

describe("what a provider or storage without types can get wrong", () => {
  const [route] = toyProvider().routes;
  if (route === undefined) throw new Error("No route");
  const withRoute = (changed: object) => ({ providers: [{ name: "toy", routes: [{ ...route, ...changed }] }] });

  test.each<[string, object]>([
    ["an unknown type", { type: "HMAC" }],
    ["no type", {}],
    ["an empty secret", { ...toyVerification, secrets: "" }],
    ["a message without the body", { ...toyVerification, message: ["timestamp"] }],
    ["a header in capitals", { ...toyVerification, header: "X-Signature" }],
    [
      "a time whose age nobody judges",
      { ...toyVerification, format: { type: "fields", timestamp: "t", signature: "v" } },
    ],
    [
      "an age of a time that is not signed",
      { ...toyVerification, freshness: { unit: "seconds", pastMs: 1, futureMs: 1 } },
    ],
    [
      "an age without end",
      {
        ...toyVerification,
        message: ["timestamp", "body"],
        format: { type: "fields", timestamp: "t", signature: "v" },
        freshness: { unit: "seconds", pastMs: Infinity, futureMs: 1 },
      },
    ],
    ["a header that cannot be sent", { ...toyVerification, header: "x signature" }],
    ["a secret in a query field without a name", { type: "shared-secret", secrets: "s", in: { query: "" } }],
    ["a secret in a header without a name", { type: "shared-secret", secrets: "s", in: { header: "" } }],
    ["no reason for taking everything", { type: "none", reason: " " }],
    ["a custom check that is none", { type: "custom" }],
  ])("a verification of %s is refused at construction", (_title, verification) => {
    expect(() => open(withRoute({ verification }))).toThrow(ConfigurationError);
  });

  test("a custom check that returns false has not verified anything", async () => {
    const verification = { type: "custom", verify: async () => false };
    const { offhook, send } = open(withRoute({ verification }));
    expect((await send(ended)).status).toBe(401);
    expect((await offhook.health()).calls).toBe(0);
  });

  test.each<[string, unknown]>([
    ["a promise", () => Promise.reject(new Error("late"))],
    ["nothing", undefined],
    ["events that are no list", { kind: "x", events: {} }],
    ["an event without a reference", { kind: "x", events: [{ type: "call.ended", references: [], facts: {} }] }],
    [
      "a time in words",
      { kind: "x", events: [{ type: "call.ended", occurredAt: "yesterday", references: [{}], facts: {} }] },
    ],
    ["an event without facts", { kind: "x", events: [{ type: "call.ended", references: [{}] }] }],
  ])("a mapper that gives %s is a failed delivery", async (_title, translation) => {
    const translate = typeof translation === "function" ? translation : () => translation;
    const { offhook, send } = open(withRoute({ translate }));
    expect((await send(ended)).status).toBe(200);
    expect((await offhook.deliveries.list()).data[0]).toMatchObject({
      status: "failed",
      error: { code: "mapper_failed" },
    });
  });

  test("facts of odd types are a failed delivery", async () => {
    const event = { type: "call.ended", occurredAt: null, references: [{ provider: "toy", id: "1", kind: "session" }] };
    const translate = () => ({ kind: "x", events: [{ ...event, facts: { tags: 5, recordings: 7, transcript: 1 } }] });
    const { offhook, send } = open(withRoute({ translate }));
    expect((await send(ended)).status).toBe(200);
    expect((await offhook.health()).deliveries).toMatchObject({ failed: 1, applied: 0 });
  });

  test("an answer that cannot be written is replaced by the fallback", async () => {
    const reply = () => {
      throw new Error("broken");
    };
    const question = { from: null, to: null, agentId: null, references: [], reply };
    const fallbackReply = { contentType: "text/plain", body: "go on" };
    const translate = () => ({ kind: "x", events: [], question });
    const { send } = open({ ...withRoute({ translate, fallbackReply }), onInbound: () => ({}) });
    expect(await send(ended)).toMatchObject({ status: 200, body: "go on" });
    const unreadable = open(withRoute({ translate: () => undefined, fallbackReply }));
    expect(await unreadable.send(ended)).toMatchObject({ status: 200, body: "go on" });
  });

  test("a storage that says null for new deliveries", async () => {
    const storage = memoryStorage();
    const nullish: Storage = {
      ...storage,
      write: (work) =>
        storage.write((transaction) =>
          work({
            ...transaction,
            // What SQL drivers give for no row.
            insertDeliveries: async (batch) =>
              (await transaction.insertDeliveries(batch)).map((id) => id ?? (null as never)),
          }),
        ),
    };
    const { offhook, send } = open({ storage: nullish });
    expect(JSON.parse((await send(ended)).body)).toMatchObject({ duplicate: false });
    expect((await offhook.calls.list()).data).toHaveLength(1);
  });

  test("a misspelt change, two notifiers of one name, a time that is none", () => {
    const on = { "call.ending": () => undefined } as object;
    expect(() => open({ on })).toThrow(ConfigurationError);
    const notifier = { name: "same", changes: ["call.ended" as const], notify: () => Promise.resolve() };
    expect(() => open({ notifiers: [notifier, notifier] })).toThrow(ConfigurationError);
    expect(() => open({ commitTimeoutMs: Infinity })).toThrow(ConfigurationError);
    expect(() => open({ inboundTimeoutMs: 0 })).toThrow(ConfigurationError);
  });
});

describe("trouble that passes", () => {
  const withWrite = (write: (times: number, storage: Storage) => Storage["write"] | undefined): Storage => {
    const storage = memoryStorage();
    let times = 0;
    return {
      ...storage,
      write(work) {
        times += 1;
        return (write(times, storage) ?? storage.write)(work);
      },
    };
  };
  const broken = () => Promise.reject(new Error("ECONNRESET"));

  test("is tried again before anything is given up", async () => {
    const { offhook, send } = open({ storage: withWrite((times) => (times === 1 ? broken : undefined)) });
    expect((await send(ended)).status).toBe(200);
    expect((await offhook.health()).deliveries).toMatchObject({ applied: 1, failed: 0 });
  });

  test("that does not pass makes the sender come back", async () => {
    const { send } = open({ storage: withWrite(() => broken) });
    expect((await send(ended)).status).toBe(503);
  });

  test("a storage whose opening hangs is given up in time", async () => {
    const storage = { ...memoryStorage(), open: () => new Promise<void>(() => undefined) };
    const { send } = open({ storage, commitTimeoutMs: 50 });
    expect((await send(ended)).status).toBe(503);
  });

  test("a logger that throws harms no delivery", async () => {
    const fail = () => {
      throw new Error("full disk");
    };
    const { send } = open({ logger: { info: fail, warn: fail, error: fail } });
    expect((await send({ ...ended, trouble: "throws" })).status).toBe(200);
  });

  test("a flood of forgeries keeps no genuine delivery waiting", async () => {
    const slow = withWrite((_times, storage) => async (work) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return storage.write(work);
    });
    const { offhook, send } = open({ storage: slow, commitTimeoutMs: 2_000, rateLimit: false });
    const forged = { ...(await toyRequest(ended)), headers: {} };
    const flood = Array.from({ length: 2_000 }, () => offhook.handle(forged));
    expect((await send(ended)).status).toBe(200);
    expect(new Set((await Promise.all(flood)).map(({ status }) => status))).toEqual(new Set([401]));
    expect((await offhook.health()).deliveries.rejected).toBeLessThanOrEqual(256);
  });

  test("one notifier that fails repeats nobody else's work", async () => {
    const told: string[] = [];
    const notifier = (name: string, fails: boolean) => ({
      name,
      changes: ["call.ended" as const],
      notify: async () => {
        told.push(name);
        if (fails) throw new Error("unreachable");
      },
    });
    let nowMs = 0;
    const { offhook, send } = open({
      now: () => nowMs,
      runJobs: false,
      on: { "call.ended": () => void told.push("handler") },
      notifiers: [notifier("good", false), notifier("bad", true)],
    });
    await send(ended);
    const { nextRunAtMs } = await offhook.drain();
    nowMs = nextRunAtMs ?? 0;
    await offhook.drain();
    expect(told.toSorted()).toEqual(["bad", "bad", "good", "handler"]);
  });
});

describe("a replayed request", () => {
  test("under a custom check counts once, whatever stands in its query", async () => {
    const { offhook, send } = open({
      providers: [toyProvider({ verification: { type: "custom", verify: () => undefined } })],
    });
    for (const query of ["", "?x=1", "?x=2"]) await send(ended, `/api/webhooks/toy${query}`);
    expect((await offhook.calls.get("call_toy_c1"))?.version).toBe(1);
  });

  test("counts at another kind of address, where the same bytes mean something else", async () => {
    const [route] = toyProvider().routes;
    if (route === undefined) throw new Error("No route");
    const other = { ...route, kind: "other", paths: ["toy/other"] as const };
    const { offhook, send } = open({ providers: [{ name: "toy", routes: [route, other] }] });
    await send(ended);
    await send(ended, "/api/webhooks/toy/other");
    expect((await offhook.calls.get("call_toy_c1"))?.version).toBe(2);
  });

  test("leaves the secret of a query out of the journal", async () => {
    const verification = { type: "shared-secret" as const, secrets: "s3cret", in: { query: "key" } };
    const { offhook, send } = open({ providers: [toyProvider({ verification })] });
    expect((await send(ended, "/api/webhooks/toy?key=s3cret")).status).toBe(200);
    expect(JSON.stringify((await offhook.deliveries.list()).data)).not.toContain("s3cret");
  });
});

test("D14: log lines are tagged with the provider and hold nothing of the caller", async () => {
  const lines: string[] = [];
  const write = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const logger: Logger = { info: write, warn: write, error: write };
  const { offhook, send } = open({ logger });
  await send({ ...ended, note: "+14155550100", trouble: "throws" });
  await offhook.handle({ ...(await toyRequest(ended)), headers: {} });
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(line).toMatch(/^\[toy\]/);
  expect(lines.join()).not.toContain("+14155550100");
});

test("the toy verification is a real one", () => {
  expect(toyVerification.type).toBe("hmac");
});

test("an environment that may not be read, as on Deno without its permission, is taken for production", () => {
  const get = (): never => {
    throw new Error("Requires env access");
  };
  vi.stubGlobal("process", { env: Object.defineProperty({}, "NODE_ENV", { get }) });
  const { addresses } = createOffhook({ providers: [], storage: memoryStorage() });
  vi.unstubAllGlobals();
  expect(addresses.map(({ kind }) => kind)).not.toContain("echo");
});
