import { expect, test } from "vitest";
import type { Call } from "../call.ts";
import { MemoryArchive } from "./memory-archive.ts";
import { toyFailure, toyRecord, ToyVendor } from "./toy-api.ts";
import { ended, host, locate, openRecordings, recorded, recording, sound, start } from "./toy-recordings.ts";
import { memoryStorage } from "../memory-storage.ts";
import type { ProviderApi } from "../provider-api.ts";
import type { Provider } from "../provider.ts";
import { openToy } from "../toy-offhook.ts";
import { toyProvider } from "../toy-provider.ts";

const waiting = async (offhook: ReturnType<typeof openRecordings>["offhook"], kind = "fetch-recording") =>
  (await offhook.jobs.list({ kind })).data;

test("E16: a call that ended without its recording gets it two minutes later, by drain alone", async () => {
  const asked: string[] = [];
  const { offhook, send, drainAfter } = openRecordings({
    findRecording: (call) => {
      asked.push(call.id);
      return Promise.resolve(recorded([recording]));
    },
  });
  await send(ended);
  expect(await waiting(offhook)).toMatchObject([{ id: "fetch-recording:call_toy_c1", state: "waiting" }]);
  await drainAfter(119);
  expect(asked).toEqual([]);
  expect(await offhook.integrations?.openRecording("call_toy_c1")).toEqual({ type: "nothing", state: "pending" });
  await drainAfter(120);
  expect(asked).toEqual(["call_toy_c1"]);
  expect(await offhook.calls.get("call_toy_c1")).toMatchObject({
    status: "completed",
    recordings: [{ id: "r1", state: "available" }],
  });
  expect((await offhook.calls.events("call_toy_c1"))?.map(({ source }) => source)).toEqual(["webhook", "api"]);
  expect(await waiting(offhook)).toEqual([]);
});

test("E16: one that is not there yet is asked for again, with growing pauses", async () => {
  let asked = 0;
  const { send, drainAfter, recordings } = openRecordings({
    findRecording: () => {
      asked += 1;
      return Promise.resolve(asked < 3 ? "later" : recorded([recording]));
    },
  });
  await send(ended);
  for (const seconds of [120, 121, 130, 131, 300]) await drainAfter(seconds);
  expect(asked).toBe(3);
  expect(await recordings()).toHaveLength(1);
});

test("E16: nobody is asked for a call that has its recording, that nobody took, or whose vendor has none to give", async () => {
  let asked = 0;
  const { offhook, send, drainAfter } = openRecordings({
    findRecording: () => {
      asked += 1;
      return Promise.resolve(recorded([recording]));
    },
  });
  await send({ leg: "L1", type: "call.ended", status: "completed", at: null });
  await send({ call: "c2", type: "call.ended", status: "no_answer", at: null });
  expect(await waiting(offhook)).toEqual([]);
  expect(await offhook.integrations?.openRecording("call_toy_c2")).toEqual({ type: "nothing", state: "none_expected" });
  await send(ended);
  await drainAfter(120);
  await send({ ...ended, note: "again" });
  await drainAfter(1_000);
  expect(asked).toBe(1);
});

test("E16: a vendor that has none is asked once, and the call says that none is expected", async () => {
  let asked = 0;
  const none = openRecordings({
    findRecording: () => {
      asked += 1;
      return Promise.resolve("none");
    },
  });
  await none.send(ended);
  await none.drainAfter(120);
  expect([asked, await waiting(none.offhook)]).toEqual([1, []]);
  expect(await none.open()).toEqual({ type: "nothing", state: "none_expected" });
  expect((await none.offhook.calls.get("call_toy_c1"))?.status).toBe("completed");
});

test("E16: one that was announced and never came has failed, and leaves nothing dead", async () => {
  const never = openRecordings({ findRecording: () => Promise.resolve("later") });
  await never.send(ended);
  for (let hours = 1; hours < 48; hours += 1) await never.drainAfter(hours * 60 * 60);
  expect(await waiting(never.offhook)).toEqual([]);
  expect((await never.offhook.health()).jobs.dead).toBe(0);
  expect(await never.recordings()).toMatchObject([{ state: "failed", url: null }]);
  expect(await never.open()).toEqual({ type: "nothing", state: "failed" });
});

test("E16: what was announced and then refused has failed, and is not waited for any more", async () => {
  let asked = 0;
  const refused = openRecordings({
    findRecording: () => {
      asked += 1;
      return Promise.resolve("none");
    },
  });
  await refused.send({ ...ended, recordings: [{ ...recording, state: "pending", url: null }] });
  for (const seconds of [120, 1_000, 100_000]) await refused.drainAfter(seconds);
  expect(asked).toBe(1);
  expect(await refused.recordings()).toMatchObject([{ id: "r1", state: "failed" }]);
  expect(await refused.open()).toEqual({ type: "nothing", state: "failed" });
});

test("E16: a vendor's failure is tried again, and its last one waits for a person", async () => {
  let asked = 0;
  const failing = openRecordings({
    findRecording: () => {
      asked += 1;
      return Promise.reject(toyFailure("api_unavailable"));
    },
  });
  await failing.send(ended);
  for (let hours = 1; hours < 48; hours += 1) await failing.drainAfter(hours * 60 * 60);
  expect(asked).toBe(8);
  expect(await waiting(failing.offhook)).toMatchObject([{ state: "dead" }]);
});

test("D15: with a revoked key a hundred calls that end make no more requests than are made at once", async () => {
  let asked = 0;
  const vendor = new ToyVendor();
  vendor.onRequest = () => {
    asked += 1;
    throw toyFailure("api_unauthorized", { status: 401 });
  };
  const api = vendor.api();
  const revoked = openRecordings({
    findRecording: async (call, context) => {
      await api.getCall(call.id, context);
      return "none";
    },
  });
  for (let index = 0; index < 100; index += 1) await revoked.send({ ...ended, call: `c${index}` });
  await revoked.drainAfter(120);
  expect(asked).toBeLessThanOrEqual(api.concurrency);
  const before = asked;
  await revoked.drainAfter(126);
  expect(asked).toBe(before);
});

test("A14: what is kept in the archive is fetched as soon as it is there, and served from there", async () => {
  const { fetch, asked } = host(() => sound());
  const archive = new MemoryArchive();
  const kept = openRecordings({ ...locate, fetch }, archive);
  await kept.send({ ...ended, recordings: [recording] });
  await kept.drainAfter(0);
  expect(await kept.recordings()).toMatchObject([{ id: "r1", state: "archived", url: recording.url }]);
  expect([...archive.kept.keys()]).toEqual(["default/toy/r1"]);
  const opened = await kept.open();
  expect(opened?.type === "stream" && (await new Response(opened.body).text())).toBe("sound");
  expect(asked).toHaveLength(1);
  // Said again by the vendor, it stays archived and is not fetched again.
  await kept.send({ ...ended, note: "again", recordings: [recording] });
  await kept.drainAfter(10);
  expect([asked.length, (await kept.recordings())?.[0]?.state]).toEqual([1, "archived"]);
});

test("A14: a download that breaks off is tried again, and nothing of it is archived", async () => {
  let attempts = 0;
  const archive = new MemoryArchive();
  const broken = openRecordings(
    {
      ...locate,
      fetch: () => {
        attempts += 1;
        if (attempts > 1) return Promise.resolve(sound());
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            controller.enqueue(new TextEncoder().encode("sou"));
            controller.error(new Error("connection reset"));
          },
        });
        return Promise.resolve(
          new Response(body, { headers: { "content-type": "audio/mpeg", "content-length": "5" } }),
        );
      },
    },
    archive,
  );
  await broken.send({ ...ended, recordings: [recording] });
  await broken.drainAfter(0);
  expect([archive.kept.size, (await broken.recordings())?.[0]?.state]).toEqual([0, "available"]);
  await broken.drainAfter(10);
  expect([archive.kept.size, (await broken.recordings())?.[0]?.state]).toEqual([1, "archived"]);
});

test("A14: with a number its recordings are deleted from the archive as well", async () => {
  const { deleteByNumber } = await import("../delete-by-number.ts");
  const { fetch } = host(() => sound());
  const archive = new MemoryArchive();
  const kept = openRecordings({ ...locate, fetch }, archive);
  await kept.send({ ...ended, from: "+14155550199", recordings: [recording] });
  await kept.drainAfter(0);
  expect(archive.kept.size).toBe(1);
  await deleteByNumber(kept.offhook, "+14155550199");
  expect(archive.kept.size).toBe(0);
});

test("fault: a file that is not found yet is archived once it is there", async () => {
  let attempts = 0;
  const { fetch } = host(() => {
    attempts += 1;
    return attempts < 3 ? new Response("not yet", { status: 404 }) : sound();
  });
  const archive = new MemoryArchive();
  const early = openRecordings({ ...locate, fetch }, archive);
  await early.send({ ...ended, recordings: [recording] });
  for (const seconds of [0, 10, 130]) await early.drainAfter(seconds);
  expect([attempts, archive.kept.size]).toEqual([3, 1]);
  expect(await early.recordings()).toMatchObject([{ id: "r1", state: "archived" }]);
});

test("fault: a file that is never found has expired, and leaves nothing dead", async () => {
  const { fetch, asked } = host(() => new Response("gone", { status: 404 }));
  const gone = openRecordings({ ...locate, fetch }, new MemoryArchive());
  await gone.send({ ...ended, recordings: [recording] });
  for (let hours = 0; hours < 48; hours += 1) await gone.drainAfter(hours * 60 * 60);
  expect(asked).toHaveLength(8);
  expect(await gone.recordings()).toMatchObject([{ id: "r1", state: "expired" }]);
  expect(await waiting(gone.offhook, "archive-recording")).toEqual([]);
  expect((await gone.offhook.health()).jobs).toMatchObject({ dead: 0 });
});

test("fault: a file that the vendor says is gone has expired at once", async () => {
  const { fetch, asked } = host(() => new Response("gone", { status: 410 }));
  const gone = openRecordings({ ...locate, fetch }, new MemoryArchive());
  await gone.send({ ...ended, recordings: [recording] });
  await gone.drainAfter(0);
  expect(asked).toHaveLength(1);
  expect(await gone.recordings()).toMatchObject([{ id: "r1", state: "expired" }]);
});

test("E16: a process that closes while it asks leaves the job as it was, also at the last attempt", async () => {
  let nowMs = start;
  const storage = memoryStorage();
  let asked = 0;
  let entered: () => void = () => undefined;
  const findRecording: ProviderApi["findRecording"] = (_call, context) => {
    asked += 1;
    if (asked < 8) return Promise.resolve("later");
    entered();
    return new Promise((_resolve, reject) => {
      context?.signal?.addEventListener("abort", () => reject(context.signal?.reason as Error)); // as fetch does
    });
  };
  const open = () =>
    openToy({ providers: [new ToyVendor().provider({ findRecording })], storage, runJobs: false, now: () => nowMs });
  const { offhook, send } = open();
  await send(ended);
  for (let attempts = 0; attempts < 7; attempts += 1) {
    nowMs += 14 * 60 * 60_000;
    await offhook.drain();
  }
  nowMs += 14 * 60 * 60_000;
  const inside = new Promise<void>((resolve) => (entered = resolve));
  const draining = offhook.drain();
  await inside;
  await offhook.close();
  await draining.catch(() => undefined);
  const { data } = await open().offhook.jobs.list({ kind: "fetch-recording" });
  expect(data).toMatchObject([{ state: "waiting", attempts: 7 }]);
});

test.each(["fetch-recording", "find-call", "archive-recording"])(
  "E16: a process without the client leaves the job %s to those that have it",
  async (kind) => {
    let nowMs = start;
    const storage = memoryStorage();
    const archive = new MemoryArchive();
    const { fetch } = host(() => sound());
    const api: Partial<ProviderApi> = {
      ...locate,
      fetch,
      recordingHosts: ["recordings.example.com"],
      findRecording: () => Promise.resolve(recorded([recording])),
      findCall: () =>
        Promise.resolve([
          { ...toyRecord({ id: "talk", at: new Date(start).toISOString(), leg: "L1", note: "said" }), isSettled: true },
        ]),
      talksOn: ["carrier"],
    };
    const options = { storage, archive, runJobs: false, now: () => nowMs };
    const { offhook, send } = openToy({ ...options, providers: [new ToyVendor().provider(api)] });
    const without = openToy({ ...options, providers: [toyProvider(), new ToyVendor().otherProvider(api)] });
    const isArchived = kind === "archive-recording";
    await send({ ...ended, leg: "L1", ...(isArchived ? { recordings: [recording] } : {}) });
    nowMs += isArchived ? 0 : 2 * 60_000;
    expect((await offhook.jobs.list({ kind })).data).toHaveLength(1);
    await without.offhook.drain();
    nowMs += 60_000;
    await offhook.drain();
    expect((await offhook.jobs.list({ kind })).data).toEqual([]);
    const call = (await offhook.calls.list()).data[0];
    if (kind === "find-call") expect(call).toMatchObject({ note: "said" });
    else expect(call?.recordings).toMatchObject([{ id: "r1", state: "archived" }]);
  },
);

test("fault: recordings beyond the vendor's limit are archived when there is room again, and none is dead", async () => {
  const { fetch } = host(() => sound());
  const archive = new MemoryArchive();
  const many = openRecordings(
    {
      fetch,
      limits: [{ requests: 10, seconds: 3_600 }],
      locateRecording: async ({ url }, _call, context) => {
        await context?.beforeRequest?.();
        return { url: url ?? "" };
      },
    },
    archive,
  );
  for (let index = 0; index < 150; index += 1) {
    await many.send({ ...ended, call: `c${index}`, recordings: [{ ...recording, id: `r${index}` }] });
  }
  await many.drainAfter(0);
  // A tenth of what the vendor allows is left to those who wait for an answer.
  expect(archive.kept.size).toBe(9);
  // So long that the last have waited more often than a job is tried.
  for (let minutes = 10; minutes <= 24 * 60; minutes += 10) await many.drainAfter(minutes * 60);
  expect(archive.kept.size).toBe(150);
  expect((await many.offhook.health()).jobs).toMatchObject({ dead: 0 });
});

test("A14: an archive that refuses leaves no download open", async () => {
  let isCancelled = false;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(1024)),
    cancel: () => void (isCancelled = true),
  });
  const archive = new MemoryArchive();
  archive.put = () => Promise.reject(new Error("disk full"));
  const full = openRecordings(
    { ...locate, fetch: () => Promise.resolve(new Response(endless, { headers: { "content-type": "audio/mpeg" } })) },
    archive,
  );
  await full.send({ ...ended, recordings: [recording] });
  await full.drainAfter(0);
  await expect.poll(() => isCancelled).toBe(true);
});

test("D15: a vendor that wants us to come later for ever is asked eight times", async () => {
  let asked = 0;
  const busy = openRecordings({
    findRecording: () => {
      asked += 1;
      return Promise.reject(toyFailure("api_unavailable", { status: 503, retryAfterMs: 60_000 }));
    },
  });
  await busy.send(ended);
  for (let hours = 1; hours < 72; hours += 1) await busy.drainAfter(hours * 60 * 60);
  expect(asked).toBe(8);
  expect(await waiting(busy.offhook)).toMatchObject([{ state: "dead" }]);
});

test.each(["api_unavailable", "api_quota_exhausted"] as const)(
  "D15: %s at once is not asked without a pause",
  async (code) => {
    let asked = 0;
    const busy = openRecordings({
      findRecording: () => {
        asked += 1;
        return Promise.reject(toyFailure(code, { retryAfterMs: 0 }));
      },
    });
    await busy.send(ended);
    await busy.drainAfter(120);
    expect(asked).toBe(1);
  },
);

test("E16: each of two vendors of a call has its own last word on what it had announced", async () => {
  const asked: string[] = [];
  const vendorOf = (name: string, answer: "none" | "later"): Provider => {
    const [route] = toyProvider().routes;
    if (route === undefined) throw new TypeError("expected a route");
    const findRecording = (): Promise<"none" | "later"> => {
      asked.push(name);
      return Promise.resolve(answer);
    };
    return { ...new ToyVendor().provider({ findRecording }), name, routes: [{ ...route, paths: [name] }] };
  };
  let nowMs = start;
  const { offhook, send } = openToy({
    providers: [vendorOf("toy", "none"), vendorOf("carrier", "later")],
    now: () => nowMs,
  });
  await send({ ...ended, leg: "L1", recordings: [{ ...recording, state: "pending", url: null }] });
  for (let hours = 1; hours < 72; hours += 1) {
    nowMs = start + hours * 60 * 60_000;
    await offhook.drain();
  }
  expect(asked).toEqual(Array.from({ length: 8 }, () => ["toy", "carrier"]).flat());
  const [call] = (await offhook.calls.list()).data;
  expect(call?.recordings.map(({ provider, state }) => [provider, state])).toEqual([
    ["toy", "failed"],
    ["carrier", "failed"],
  ]);
});

test("A14: what an archive did not read to its end is not archived", async () => {
  const { fetch } = host(() => sound("a longer sound"));
  const archive = new MemoryArchive();
  const put = archive.put.bind(archive);
  archive.put = async (_key, { body }) => {
    const reader = body.getReader();
    await reader.read();
    reader.releaseLock();
  };
  const kept = openRecordings({ ...locate, fetch }, archive);
  await kept.send({ ...ended, recordings: [recording] });
  await kept.drainAfter(0);
  expect(await kept.recordings()).toMatchObject([{ state: "available" }]);
  expect(await waiting(kept.offhook, "archive-recording")).toMatchObject([
    { lastError: expect.stringContaining("to its end") },
  ]);
  archive.put = put;
  await kept.drainAfter(60);
  expect(await kept.recordings()).toMatchObject([{ state: "archived" }]);
});

test("A14: a recording that is archived while its number is deleted is deleted as well", async () => {
  const { deleteByNumber } = await import("../delete-by-number.ts");
  const { fetch } = host(() => sound());
  const archive = new MemoryArchive();
  const kept = openRecordings({ ...locate, fetch }, archive);
  await kept.send({ ...ended, from: "+14155550199", recordings: [recording] });
  const put = archive.put.bind(archive);
  // The download is at its end when the call goes.
  archive.put = async (key, content) => {
    await deleteByNumber(kept.offhook, "+14155550199");
    await put(key, content);
  };
  await kept.drainAfter(0);
  expect(archive.kept.size).toBe(0);
  expect((await kept.offhook.calls.list()).data).toEqual([]);
});

const linked = (call: Call): boolean => call.references.some(({ provider }) => provider === "carrier");

test("A08: what a vendor said on a carrier's call joins it, also when it takes a while", async () => {
  let asked = 0;
  const { offhook, send, drainAfter } = openRecordings({
    talksOn: ["carrier"],
    findCall: () => {
      asked += 1;
      if (asked === 1) return Promise.resolve("later");
      return Promise.resolve([toyRecord({ id: "talk", at: "2026-11-20T10:01:00.000Z", leg: "L1", note: "said" })]);
    },
  });
  await send({ leg: "L1", type: "call.ended", status: "completed", at: "2026-11-20T10:01:00.000Z" });
  expect(await offhook.calls.get("call_carrier_L1")).toMatchObject({ status: "completed", note: null });
  await drainAfter(120);
  expect(await offhook.calls.get("call_carrier_L1")).toMatchObject({ status: "completed", note: null });
  await drainAfter(130);
  const joined = await offhook.calls.get("call_carrier_L1");
  expect(joined).toMatchObject({ note: "said", references: [{ id: "L1" }, { id: "talk" }] });
  expect(joined && linked(joined)).toBe(true);
  expect((await offhook.calls.list()).data).toHaveLength(1);
});

test("A08: a conversation that shows up a quarter of an hour after the call joins it", async () => {
  let nowSeconds = 0;
  const { offhook, send, drainAfter } = openRecordings({
    talksOn: ["carrier"],
    findCall: () =>
      Promise.resolve(
        nowSeconds < 15 * 60
          ? "none"
          : [toyRecord({ id: "talk", at: new Date(start).toISOString(), leg: "L1", note: "said" })],
      ),
  });
  await send({ leg: "L1", type: "call.ended", status: "completed", at: "2026-11-20T10:01:00.000Z" });
  for (nowSeconds = 0; nowSeconds <= 45 * 60; nowSeconds += 60) await drainAfter(nowSeconds);
  expect(await offhook.calls.get("call_carrier_L1")).toMatchObject({ note: "said" });
});

test("A08: a vendor that knows nothing of the call is asked three times", async () => {
  let asked = 0;
  const { offhook, send, drainAfter } = openRecordings({
    talksOn: ["carrier"],
    findCall: () => {
      asked += 1;
      return Promise.resolve("none");
    },
  });
  await send({ leg: "L1", type: "call.ended", status: "completed", at: "2026-11-20T10:01:00.000Z" });
  for (let minutes = 1; minutes < 120; minutes += 1) await drainAfter(minutes * 60);
  for (let hours = 2; hours < 48; hours += 1) await drainAfter(hours * 60 * 60);
  expect(asked).toBe(3);
  expect((await offhook.health()).jobs.dead).toBe(0);
});

test("A08: the vendor is told which conversations have their leg, and what time it is", async () => {
  const told: unknown[] = [];
  const { send, drainAfter } = openRecordings({
    talksOn: ["carrier"],
    findCall: async (_call, { isLinked, now }) => {
      const ids = ["linked", "alone", "unknown"];
      told.push([...(await Promise.all(ids.map((id) => isLinked({ provider: "toy", id })))), now?.()]);
      return "none";
    },
  });
  const at = "2026-11-20T10:00:00.000Z";
  await send({ call: "linked", leg: "L0", type: "call.answered", status: "in_progress", at });
  await send({ call: "alone", type: "call.answered", status: "in_progress", at });
  await send({ leg: "L1", type: "call.ended", status: "completed", at: "2026-11-20T10:01:00.000Z" });
  await drainAfter(120);
  expect(told).toEqual([[true, false, false, start + 120_000]]);
});

test("D15: what somebody has stopped waiting for is asked no more", async () => {
  const signals: (AbortSignal | undefined)[] = [];
  const stopper = new AbortController();
  const { offhook, send } = openRecordings({
    locateRecording: (_recording, _call, context) => {
      signals.push(context?.signal);
      stopper.abort();
      return Promise.resolve("later");
    },
  });
  await send({ ...ended, recordings: [recording] });
  await offhook.integrations?.openRecording("call_toy_c1", { signal: stopper.signal });
  expect(signals.map((signal) => signal?.aborted)).toEqual([true]);
});

test("A08: a conversation that the vendor is done with is not asked for again, also where it was not analyzed", async () => {
  let asked = 0;
  const { offhook, send, drainAfter } = openRecordings({
    talksOn: ["carrier"],
    findCall: () => {
      asked += 1;
      const record = toyRecord({ id: "talk", at: "2026-11-20T10:01:00.000Z", leg: "L1" });
      return Promise.resolve([{ ...record, isSettled: true }]);
    },
  });
  await send({ leg: "L1", type: "call.ended", status: "completed", at: "2026-11-20T10:01:00.000Z" });
  for (let hours = 1; hours < 48; hours += 1) await drainAfter(hours * 60 * 60);
  expect(asked).toBe(1);
  expect(await offhook.calls.get("call_carrier_L1")).toMatchObject({ analysis: null });
});

test("A09: without the other vendor the call is complete, and nothing is left dead", async () => {
  const { offhook, send, drainAfter } = openRecordings({
    talksOn: ["carrier"],
    findCall: () => Promise.reject(toyFailure("api_unavailable")),
  });
  await send({ leg: "L1", type: "call.ended", status: "completed", at: "2026-11-20T10:01:00.000Z" });
  for (let hours = 1; hours < 48; hours += 1) await drainAfter(hours * 60 * 60);
  expect(await offhook.calls.get("call_carrier_L1")).toMatchObject({ status: "completed" });
  expect((await offhook.health()).jobs).toMatchObject({ dead: 0 });
});
