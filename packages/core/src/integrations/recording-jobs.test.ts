import { expect, test } from "vitest";
import type { CallEventDraft } from "../call-event.ts";
import type { Call, Recording } from "../call.ts";
import type { Fetch } from "../api/api-client.ts";
import { MemoryArchive } from "./memory-archive.ts";
import type { ProviderApi } from "../provider-api.ts";
import { toyFailure, toyRecord, ToyVendor } from "./toy-api.ts";
import { openToy } from "../toy-offhook.ts";
import type { ToyPayload } from "../toy-provider.ts";

const start = Date.UTC(2026, 10, 20, 10, 1);
const ended: ToyPayload = { call: "c1", type: "call.ended", status: "completed", at: "2026-11-20T10:01:00.000Z" };

const recording: Recording = {
  id: "r1",
  provider: "toy",
  state: "available",
  url: "https://recordings.example.com/r1",
  channels: null,
  durationSeconds: 12,
  expiresAt: null,
};

const recorded = (recordings: readonly Recording[]): CallEventDraft => ({
  type: "call.recorded",
  occurredAt: "2026-11-20T10:02:00.000Z",
  references: [{ provider: "toy", id: "c1", kind: "session" }],
  facts: { recordings },
});

function open(api: Partial<ProviderApi>, archive?: MemoryArchive) {
  let nowMs = start;
  const { offhook, send } = openToy({
    providers: [new ToyVendor().provider({ recordingHosts: ["recordings.example.com"], ...api })],
    // As on a serverless platform: nothing runs unless it is asked to.
    runJobs: false,
    now: () => nowMs,
    ...(archive === undefined ? {} : { archive }),
  });
  return {
    offhook,
    send,
    async drainAfter(seconds: number) {
      nowMs = start + seconds * 1000;
      return offhook.drain();
    },
    open: async (callId = "call_toy_c1", range?: string) =>
      offhook.integrations?.openRecording(callId, range === undefined ? {} : { range }),
    recordings: async () => (await offhook.calls.get("call_toy_c1"))?.recordings,
  };
}

const waiting = async (offhook: ReturnType<typeof open>["offhook"]) =>
  (await offhook.jobs.list({ kind: "fetch-recording" })).data;

/** A host that has what it is given; counts what it was asked. */
function host(answer: (url: URL) => Response): { readonly fetch: Fetch; readonly asked: string[] } {
  const asked: string[] = [];
  const fetch: Fetch = (input) => {
    const url = new URL(input instanceof Request ? input.url : String(input));
    asked.push(url.href);
    return Promise.resolve(answer(url));
  };
  return { fetch, asked };
}

const sound = (text = "sound", type = "audio/mpeg"): Response =>
  new Response(text, { headers: { "content-type": type, "content-length": String(text.length) } });

const locate = { locateRecording: ({ url }: Recording) => Promise.resolve({ url: url ?? "" }) };

test("E16: a call that ended without its recording gets it two minutes later, by drain alone", async () => {
  const asked: string[] = [];
  const { offhook, send, drainAfter } = open({
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
  const { send, drainAfter, recordings } = open({
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
  const { offhook, send, drainAfter } = open({
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
  const none = open({
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
  const never = open({ findRecording: () => Promise.resolve("later") });
  await never.send(ended);
  for (let hours = 1; hours < 48; hours += 1) await never.drainAfter(hours * 60 * 60);
  expect(await waiting(never.offhook)).toEqual([]);
  expect((await never.offhook.health()).jobs.dead).toBe(0);
  expect(await never.recordings()).toMatchObject([{ state: "failed", url: null }]);
  expect(await never.open()).toEqual({ type: "nothing", state: "failed" });
});

test("E16: a vendor's failure is tried again, and its last one waits for a person", async () => {
  let asked = 0;
  const failing = open({
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

test("D15: with a revoked key a hundred calls that end make one request", async () => {
  let asked = 0;
  const vendor = new ToyVendor();
  vendor.onRequest = () => {
    asked += 1;
    throw toyFailure("api_unauthorized", { status: 401 });
  };
  const api = vendor.api();
  const revoked = open({
    findRecording: async (call, context) => {
      await api.getCall(call.id, context);
      return "none";
    },
  });
  for (let index = 0; index < 100; index += 1) await revoked.send({ ...ended, call: `c${index}` });
  await revoked.drainAfter(120);
  expect(asked).toBeLessThanOrEqual(32);
  const before = asked;
  await revoked.drainAfter(126);
  expect(asked).toBe(before);
});

test("A14: a recording is streamed with the vendor's credentials, whole and in parts", async () => {
  const seen: (string | null)[] = [];
  const { send, open: openIt } = open({
    findRecording: () => Promise.resolve("none"),
    locateRecording: () =>
      Promise.resolve({ url: "https://recordings.example.com/r1", headers: { authorization: "Basic secret" } }),
    fetch: (_input, init) => {
      const headers = new Headers(init?.headers);
      seen.push(headers.get("authorization"));
      if (headers.get("range") === null) return Promise.resolve(sound());
      return Promise.resolve(
        new Response("ou", {
          status: 206,
          headers: { "content-type": "audio/mpeg", "content-range": "bytes 1-2/5", "content-length": "2" },
        }),
      );
    },
  });
  await send({ ...ended, recordings: [recording] });
  const whole = await openIt();
  expect(whole).toMatchObject({ type: "stream", status: 200, contentType: "audio/mpeg", bytes: 5 });
  expect(whole?.type === "stream" && (await new Response(whole.body).text())).toBe("sound");
  const part = await openIt(undefined, "bytes=1-2");
  expect(part).toMatchObject({ type: "stream", status: 206, contentRange: "bytes 1-2/5" });
  expect(seen).toEqual(["Basic secret", "Basic secret"]);
});

test("fault: a 302 to a signed URL is followed on the vendor's hosts alone, without the credentials", async () => {
  const { fetch, asked } = host((url) =>
    url.hostname === "recordings.example.com"
      ? new Response(null, { status: 302, headers: { location: "https://signed.example.net/x?signature=s" } })
      : sound(),
  );
  const allowed = open({ ...locate, fetch, recordingHosts: ["recordings.example.com", "signed.example.net"] });
  await allowed.send({ ...ended, recordings: [recording] });
  expect(await allowed.open()).toMatchObject({ type: "stream" });
  expect(asked).toEqual(["https://recordings.example.com/r1", "https://signed.example.net/x?signature=s"]);
  const strict = open({ ...locate, fetch });
  await strict.send({ ...ended, recordings: [recording] });
  await expect(strict.open()).rejects.toMatchObject({ code: "url_refused" });
  expect(asked).toHaveLength(3);
});

test("fault: an expired recording says so, from then on without asking", async () => {
  const { fetch, asked } = host(() => new Response("gone", { status: 404 }));
  const expired = open({ ...locate, fetch });
  await expired.send({ ...ended, recordings: [recording] });
  expect(await expired.open()).toEqual({ type: "nothing", state: "expired" });
  expect(await expired.recordings()).toMatchObject([{ id: "r1", state: "expired" }]);
  expect(await expired.open()).toEqual({ type: "nothing", state: "expired" });
  expect(asked).toHaveLength(1);
});

test("fault: a WAV of 44 bytes is empty", async () => {
  const { fetch } = host(() => sound(emptyWav(), "audio/wav"));
  const empty = open({ ...locate, fetch });
  await empty.send({ ...ended, recordings: [recording] });
  expect(await empty.open()).toEqual({ type: "nothing", state: "empty" });
  expect(await empty.recordings()).toMatchObject([{ id: "r1", state: "empty" }]);
});

test("A14: what is kept in the archive is fetched as soon as it is there, and served from there", async () => {
  const { fetch, asked } = host(() => sound());
  const archive = new MemoryArchive();
  const kept = open({ ...locate, fetch }, archive);
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
  const broken = open(
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

test("A14: calls and recordings that there are not", async () => {
  const { send, open: openIt, offhook } = open(locate);
  await send({ ...ended, recordings: [recording] });
  expect(await openIt("call_toy_other")).toEqual({ type: "nothing", state: "unknown" });
  expect(await offhook.integrations?.openRecording("call_toy_c1", { recordingId: "r2" })).toEqual({
    type: "nothing",
    state: "unknown",
  });
});

test("A14: with a number its recordings are deleted from the archive as well", async () => {
  const { deleteByNumber } = await import("../delete-by-number.ts");
  const { fetch } = host(() => sound());
  const archive = new MemoryArchive();
  const kept = open({ ...locate, fetch }, archive);
  await kept.send({ ...ended, from: "+14155550199", recordings: [recording] });
  await kept.drainAfter(0);
  expect(archive.kept.size).toBe(1);
  await deleteByNumber(kept.offhook, "+14155550199");
  expect(archive.kept.size).toBe(0);
});

const linked = (call: Call): boolean => call.references.some(({ provider }) => provider === "carrier");

test("A08: what a vendor said on a carrier's call joins it, also when it takes a while", async () => {
  let asked = 0;
  const { offhook, send, drainAfter } = open({
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

test("A09: without the other vendor the call is complete, and nothing is left dead", async () => {
  const { offhook, send, drainAfter } = open({
    talksOn: ["carrier"],
    findCall: () => Promise.reject(toyFailure("api_unavailable")),
  });
  await send({ leg: "L1", type: "call.ended", status: "completed", at: "2026-11-20T10:01:00.000Z" });
  for (let hours = 1; hours < 48; hours += 1) await drainAfter(hours * 60 * 60);
  expect(await offhook.calls.get("call_carrier_L1")).toMatchObject({ status: "completed" });
  expect((await offhook.health()).jobs).toMatchObject({ dead: 0 });
});

function emptyWav(): string {
  const bytes = new Uint8Array(44);
  const write = (offset: number, text: string): void => bytes.set(new TextEncoder().encode(text), offset);
  write(0, "RIFF");
  write(8, "WAVEfmt ");
  bytes[16] = 16;
  write(36, "data");
  return new TextDecoder().decode(bytes);
}
