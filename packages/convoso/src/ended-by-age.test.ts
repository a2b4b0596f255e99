import {
  createOffhook,
  foldCall,
  memoryStorage,
  type CallEvent,
  type CallEventDraft,
  type ProviderApi,
} from "@offhook/core";
import { permutations } from "@offhook/testing";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createConvosoClient } from "./create-client.ts";
import { authToken, fakeConvoso, logResult, type Json } from "./fixtures/api.ts";
import { rawDelivery } from "./fixtures/translate.ts";
import { useNetwork } from "./fixtures/network.ts";
import { convoso, type ConvosoOptions } from "./provider.ts";

const server = useNetwork();

const hourMs = 60 * 60_000;
/** When the call of the fixtures began. */
const startMs = Date.UTC(2026, 10, 20, 15);
const range = { from: "2026-11-20T00:00:00.000Z", to: "2026-11-21T00:00:00.000Z" };

function providerOf(options: Partial<ConvosoOptions> = {}) {
  const timeZone = "America/New_York";
  const client = createConvosoClient({ authToken, timeZone, attempts: 1 });
  return convoso({ verification: { none: "a test" }, timeZone, client, ...options });
}

function apiOf(options?: Partial<ConvosoOptions>): ProviderApi {
  const { api } = providerOf(options);
  if (api === undefined) throw new Error("expected an API");
  return api;
}

const serve = (...calls: readonly Json[]): void => server.use(...fakeConvoso({ calls }).handlers);

/** What the log says so many hours after the call began. */
async function readAfter(hours: number, said: Json, options?: Partial<ConvosoOptions>): Promise<CallEventDraft> {
  serve(logResult({ recording: [], ...said }));
  const { records } = await apiOf(options).listCalls(range, { now: () => startMs + hours * hourMs });
  const [event] = records[0]?.events ?? [];
  if (event === undefined) throw new Error("expected an event");
  return event;
}

/** As core keeps it. */
const kept = (draft: CallEventDraft, source: CallEvent["source"], atMs: number): CallEvent => ({
  ...draft,
  id: `evt_${source}_${atMs}`,
  tenantId: "default",
  provider: "convoso",
  source,
  receivedAt: new Date(atMs).toISOString(),
  deliveryId: null,
});

const unfinished: readonly (readonly [string, Json])[] = [
  ...["NEW", "INCOMP", "DONE", "DELETE", "LOGOUT"].map((status) => [status, { status, call_length: "0" }] as const),
  ["NEW without a length", { status: "NEW", call_length: "" }],
  ["INCALL", { status: "INCALL", call_length: "31" }],
  ["PU", { status: "PU", call_length: "0" }],
  ["no disposition and no length", { status: "", status_name: "", call_length: "0" }],
  [
    "no disposition but a recording",
    { status: "", status_name: "", call_length: "", recording: [{ src: "https://example.test/a.mp3" }] },
  ],
];

describe("an entry of the log that says of no end", () => {
  test.each(unfinished)("%s: has ended where it is old, nobody knows how", async (_what, said) => {
    for (const hours of [6, 24 * 365]) {
      const event = await readAfter(hours, said);
      expect(event).toMatchObject({ type: "call.progressed", facts: { endedAt: null } });
      expect(event.facts.conversion).toBeUndefined();
      expect(foldCall([kept(event, "api", startMs + hours * hourMs)])).toMatchObject({
        status: "completed",
        outcome: "unknown",
        startedAt: "2026-11-20T15:00:00.000Z",
      });
    }
  });

  test.each(unfinished)("%s: goes on, as far as is known, where it is not", async (_what, said) => {
    const event = await readAfter(5.9, said);
    expect(event.type).toBe("call.progressed");
    expect(["queued", "in_progress"]).toContain(foldCall([kept(event, "api", startMs + hourMs)]).status);
  });

  test("how long a call has been going on is not how long it was", async () => {
    expect((await readAfter(24, { status: "INCALL", call_length: "31" })).facts.durationSeconds).toBeNull();
  });

  test("is not asked for a recording where nothing lasted: that there is none is known", async () => {
    expect((await readAfter(24, { status: "NEW", call_length: "0" })).facts.recordings).toEqual([]);
    expect((await readAfter(24, { status: "NEW", call_length: "" })).facts.recordings).toBeNull();
    expect((await readAfter(1, { status: "NEW", call_length: "0" })).facts.recordings).toBeNull();
  });

  test("goes by the account's own dispositions as well", async () => {
    const dispositions = { HOLD: "in_progress", NEW: "no_answer" } as const;
    expect((await readAfter(24, { status: "HOLD" }, { dispositions })).facts).toMatchObject({ status: "completed" });
    expect((await readAfter(24, { status: "NEW" }, { dispositions })).facts).toMatchObject({ status: "no_answer" });
  });

  test("without a time may be of just now", async () => {
    const { status } = (await readAfter(24, { status: "NEW", call_length: "0", call_date: null })).facts;
    expect(status).toBeUndefined();
  });
});

test("what is disposed of says itself how it ended", async () => {
  expect(await readAfter(24 * 365, {})).toEqual(await readAfter(1, {}));
  expect((await readAfter(24, { status: "NA", call_length: "0" })).facts).toMatchObject({
    status: "no_answer",
    outcome: "missed",
  });
  const { status, outcome } = (await readAfter(24, { status: "", status_name: "", call_length: "31" })).facts;
  expect([status, outcome]).toEqual(["completed", undefined]);
});

describe("a disposition beats an end that was only to be expected", () => {
  const missed = { status: "no_answer", outcome: "missed", disposition: "NA" };
  const said = { status: "NA", status_name: null, call_length: "0" };

  test.each(unfinished)("%s: pushed, in every order of arrival", async (_what, old) => {
    const expected = await readAfter(24, old);
    const [first, second] = [startMs + 24 * hourMs, startMs + 25 * hourMs];
    const pushed = await readAfter(1, said);
    for (const [webhookMs, apiMs] of [
      [first, second],
      [second, first],
    ] as const) {
      const events = [kept(pushed, "webhook", webhookMs), kept(expected, "api", apiMs)];
      for (const order of permutations(events)) expect(foldCall(order)).toMatchObject(missed);
    }
  });

  test.each(unfinished)("%s: in a reading of the log, before or after", async (_what, old) => {
    const expected = await readAfter(24, old);
    const real = await readAfter(26, said);
    for (const realMs of [startMs + 23 * hourMs, startMs + 26 * hourMs]) {
      const events = [kept(expected, "api", startMs + 24 * hourMs), kept(real, "api", realMs)];
      for (const order of permutations(events)) expect(foldCall(order)).toMatchObject(missed);
    }
  });

  test("and what was said while the call went on does not take it back", async () => {
    const going = await readAfter(1, { status: "INCALL", call_length: "31" });
    const expected = await readAfter(24, { status: "INCALL", call_length: "31" });
    for (const goingMs of [startMs + hourMs, startMs + 30 * hourMs]) {
      const events = [kept(going, "webhook", goingMs), kept(expected, "api", startMs + 24 * hourMs)];
      for (const order of permutations(events)) {
        expect(foldCall(order)).toMatchObject({ status: "completed", outcome: "unknown" });
      }
    }
  });
});

describe("A02: an import", () => {
  const entries = [logResult({ id: "1", status: "NEW", call_length: "0", recording: [] })];

  function offhookAt(nowMs: { ms: number }) {
    const offhook = createOffhook({
      providers: [providerOf()],
      storage: memoryStorage(),
      now: () => nowMs.ms,
      runJobs: false,
    });
    const importAll = () => offhook.importCalls({ provider: "convoso", ...range, restart: true });
    const call = async () => (await offhook.calls.list()).data[0];
    return { offhook, importAll, call };
  }

  test("goes by the clock of its Offhook, and says an end that was only to be expected once", async () => {
    serve(...entries);
    const clock = { ms: startMs + hourMs };
    const { importAll, call } = offhookAt(clock);
    expect(await importAll()).toMatchObject({ created: 1 });
    expect(await call()).toMatchObject({ status: "queued", disposition: "NEW" });
    clock.ms = startMs + 7 * hourMs;
    expect(await importAll()).toMatchObject({ updated: 1 });
    expect(await call()).toMatchObject({ status: "completed", outcome: "unknown" });
    clock.ms += hourMs;
    expect(await importAll()).toMatchObject({ updated: 0, unchanged: 1 });
  });

  test("is corrected by a push that comes after it, and corrects none that came before", async () => {
    serve(...entries);
    const push = rawDelivery({ body: JSON.stringify({ call_log_id: "1", status: "SALE", length_in_sec: "125" }) });
    const sold = { status: "completed", outcome: "answered", disposition: "SALE", conversion: { converted: true } };
    for (const pushFirst of [true, false]) {
      const clock = { ms: startMs + 24 * hourMs };
      const { offhook, importAll, call } = offhookAt(clock);
      if (!pushFirst) await importAll();
      clock.ms += hourMs;
      expect((await offhook.handle(push)).status).toBe(200);
      clock.ms += hourMs;
      if (pushFirst) await importAll();
      expect(await call()).toMatchObject(sold);
    }
  });
});

describe("where nobody gives a clock", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test("it is the platform's", async () => {
    vi.useFakeTimers({ now: startMs + 24 * hourMs, toFake: ["Date"] });
    serve(logResult({ status: "NEW", call_length: "0", recording: [] }));
    expect((await apiOf().getCall("2073617"))?.events[0]?.facts.status).toBe("completed");
    vi.setSystemTime(startMs + hourMs);
    expect((await apiOf().getCall("2073617"))?.events[0]?.facts.status).toBeUndefined();
  });
});
