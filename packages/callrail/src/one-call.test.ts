import { foldCall, type Call, type CallEvent, type CallEventDraft } from "@offhook/core";
import { describe, expect, test } from "vitest";
import { fixtureWith, readFixture, startedAtMs, type FixtureName } from "./fixtures/index.ts";
import { eventOf, translate } from "./fixtures/translated.ts";

const callId = "CAL0f3e9b0c5a7d4c21b1a2c3d4e5f60718";
const atOnce = startedAtMs + 800;

const preCall = () => eventOf(readFixture("pre-call.json"), { route: "pre-call", receivedAtMs: atOnce });
const routed = () => eventOf(readFixture("routing-complete.json"), { route: "routing-complete" });
const postCall = () => eventOf(readFixture("post-call.json"), { route: "post-call" });
const callModified = () => eventOf(readFixture("call-modified.json"), { route: "call-modified" });

/** The call that events describe, in the order in which they arrived. */
function callOf(...drafts: readonly CallEventDraft[]): Call {
  return foldCall(
    drafts.map((draft, index): CallEvent => ({
      ...draft,
      id: `evt_${index}`,
      tenantId: "default",
      provider: "callrail",
      source: "webhook",
      receivedAt: new Date(startedAtMs + 60_000 * (index + 1)).toISOString(),
      deliveryId: null,
    })),
  );
}

describe("one call from several events", () => {
  const permute = <T>(items: readonly T[]): T[][] =>
    items.length < 2
      ? [[...items]]
      : items.flatMap((item, at) => permute(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));

  test("W01-W04: the later event wins in every order of arrival", () => {
    for (const order of permute([preCall(), routed(), postCall(), callModified()])) {
      expect(callOf(...order)).toMatchObject({
        status: "completed",
        outcome: "answered",
        durationSeconds: 49,
        tags: ["Sales", "New patient"],
        note: "Call back on Monday.",
        source: { name: "Google Ads" },
        recordings: [{ id: callId }],
      });
    }
  });

  test("W04: a routed call that nobody has answered goes on ringing", () => {
    const body = fixtureWith("routing-complete.json", { answered: false, call_type: "missed" });
    const unanswered = eventOf(body, { route: "routing-complete" });
    expect(callOf(preCall(), unanswered)).toMatchObject({ status: "ringing", outcome: "unknown" });
  });

  test("E01: what Convert Assist found out neither ends a call nor opens an ended one", () => {
    const answers = eventOf(readFixture("convert-assist.json"));
    expect(callOf(answers)).toMatchObject({ status: "in_progress" });
    expect(callOf(answers, postCall())).toMatchObject({
      status: "completed",
      lead: { name: "JANE DOE" },
      analysis: { data: { service: "Cleaning" } },
    });
  });

  test("E01: a person who takes a call over from the voice agent is its agent", () => {
    const picked = eventOf(readFixture("voice-assist.json"));
    expect(callOf(picked)).toMatchObject({ status: "in_progress", agent: { kind: "ai" } });
    expect(callOf(postCall(), picked).agent).toMatchObject({ id: "agent@example.com", kind: "human" });
  });

  test("W02: placeholders never make a missed call, on whichever address they arrive at once", () => {
    const bodies = [
      readFixture("pre-call.json"),
      fixtureWith("routing-complete.json", { answered: false, call_type: "missed" }),
    ];
    for (const [index, route] of ["pre-call", "routing-complete"].entries()) {
      for (const address of [route, ""]) {
        const event = eventOf(bodies[index] ?? "", { route: address, receivedAtMs: atOnce });
        expect(callOf(event)).toMatchObject({ status: "ringing", outcome: "unknown", endedAt: null });
      }
    }
  });

  test("W02: a placeholder that arrives too late to be known as one loses against the call's own report", () => {
    const late = eventOf(readFixture("pre-call.json"), { receivedAtMs: startedAtMs + 300_000 });
    expect(late.facts.status).toBe("no_answer");
    expect(callOf(postCall(), late)).toMatchObject({ status: "completed", outcome: "answered" });
    expect(callOf(late, postCall())).toMatchObject({ status: "completed", outcome: "answered" });
  });

  test("W03: taking away the last tag or the note takes it away from the call", () => {
    const emptied = eventOf(fixtureWith("call-modified.json", { tags: [], note: "", lead_status: null }), {
      route: "call-modified",
    });
    expect(callOf(callModified(), emptied)).toMatchObject({ tags: [], note: null, disposition: null });
  });

  test("W03: an empty note that did not change leaves a note alone", () => {
    const other = eventOf(fixtureWith("call-modified.json", { note: "", changes: ["tags"] }), {
      route: "call-modified",
    });
    expect(callOf(callModified(), other).note).toBe("Call back on Monday.");
  });

  test("W03: marking as spam changes nothing that is known of the call", () => {
    const spam = eventOf(fixtureWith("post-call.json", { changes: [] }), { route: "call-modified" });
    const { metadata: _before, version: _first, provenance: _why, ...before } = callOf(preCall(), postCall());
    expect(callOf(preCall(), postCall(), spam)).toMatchObject(before);
  });

  test("E01: on the address for all, the outbound report that arrives last wins", () => {
    const first = eventOf(readFixture("outbound-post-call.json"));
    const second = eventOf(fixtureWith("outbound-post-call.json", { note: "Called back.", tags: ["Done"] }));
    expect(callOf(first, second)).toMatchObject({ note: "Called back.", tags: ["Done"] });
    expect(callOf(second, first)).toMatchObject({ tags: [] });
  });

  test.each([
    "pre-call.json",
    "post-call.json",
    "call-modified.json",
    "outbound-post-call.json",
  ] satisfies FixtureName[])("E15: the same body gives the same events (%s)", (name) => {
    expect(translate(readFixture(name))).toEqual(translate(readFixture(name)));
  });
});
