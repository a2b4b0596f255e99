import { permutations } from "@offhook/testing";
import { describe, expect, test } from "vitest";
import { callAfter, eventOf, factsOf, fixture, says, translate } from "./fixtures/translated.ts";

const session = { provider: "retell", id: "call_test_1", kind: "session" };
const leg = { provider: "twilio", id: "CA0123456789abcdef0123456789abcdef", kind: "leg" };

describe("the events of a call", () => {
  test("E03: call_started is an answered call with its parties, agent and metadata", () => {
    expect(eventOf(fixture("call_started.json"))).toEqual({
      type: "call.answered",
      occurredAt: "2026-09-21T14:13:20.000Z",
      references: [session, leg],
      facts: {
        status: "in_progress",
        direction: "inbound",
        from: { e164: "+14155550199", raw: "+14155550199" },
        to: { e164: "+14155550100", raw: "+14155550100" },
        agent: { id: "agent_1", name: "Front desk", kind: "ai" },
        startedAt: "2026-09-21T14:13:20.000Z",
        answeredAt: "2026-09-21T14:13:20.000Z",
        metadata: { metadata: { crm_id: "77" }, retell_llm_dynamic_variables: { name: "Ana" } },
      },
    });
  });

  test("E04: call_ended has duration, cost, reason, transcript and recordings", () => {
    const { type, occurredAt, references, facts } = eventOf(fixture("call_ended.json"));
    expect([type, occurredAt, references]).toEqual(["call.ended", "2026-09-21T14:13:35.791Z", [session, leg]]);
    expect(facts).toMatchObject({
      status: "completed",
      startedAt: "2026-09-21T14:13:20.000Z",
      endedAt: "2026-09-21T14:13:35.791Z",
      durationSeconds: 16,
      endReason: { code: "user_hangup", raw: "user_hangup" },
      cost: { amount: "0.0263", currency: "USD" },
      analysis: null,
      metadata: {
        metadata: { crm_id: "77" },
        retell_llm_dynamic_variables: { name: "Ana" },
        collected_dynamic_variables: { slot: "thu-16" },
      },
      transcript: {
        text: "Agent: Hello\nUser: Hi\n",
        turns: [
          { role: "agent", text: "Hello", startSeconds: 0.4, endSeconds: 0.8 },
          { role: "customer", text: "Hi there, desk", startSeconds: 1.25, endSeconds: 2.125 },
        ],
      },
    });
    expect(facts.recordings).toEqual([
      {
        provider: "retell",
        id: "call_test_1",
        state: "available",
        url: "https://example.test/call_test_1/recording.wav",
        channels: null,
        durationSeconds: null,
        expiresAt: null,
      },
      {
        provider: "retell",
        id: "call_test_1_multi_channel",
        state: "available",
        url: "https://example.test/call_test_1/recording_multichannel.wav",
        channels: 2,
        durationSeconds: null,
        expiresAt: null,
      },
    ]);
  });

  test("E05: call_analyzed has the analysis and the final facts", () => {
    const { type, facts } = eventOf(fixture("call_analyzed.json"));
    expect(type).toBe("call.analyzed");
    expect(facts).toMatchObject({
      status: "completed",
      durationSeconds: 16,
      cost: { amount: "0.0263" },
      analysis: {
        summary: "Caller greeted.",
        sentiment: "neutral",
        successful: true,
        data: { wants_callback: true },
      },
    });
    expect(facts.transcript?.turns).toHaveLength(2);
    expect(facts.recordings).toHaveLength(2);
  });

  test("E05: call_analyzed alone makes a whole call", () => {
    expect(callAfter([fixture("call_analyzed.json")])).toMatchObject({
      status: "completed",
      outcome: "answered",
      direction: "inbound",
      durationSeconds: 16,
      agent: { id: "agent_1" },
      analysis: { sentiment: "neutral" },
    });
    expect(callAfter([fixture("call_analyzed.partial.json")])).toMatchObject({ status: "completed" });
  });

  test("E05: a life gives the same call in every order, also when the analysis comes before the end", () => {
    const life = ["call_started", "transcript_updated", "transfer_ended", "call_ended", "call_analyzed"].map((name) =>
      fixture(`${name}.json`),
    );
    const expected = JSON.stringify(callAfter(life));
    for (const order of permutations(life)) expect(JSON.stringify(callAfter(order))).toBe(expected);
    expect(JSON.parse(expected)).toMatchObject({
      id: "call_twilio_CA0123456789abcdef0123456789abcdef",
      status: "completed",
      durationSeconds: 16,
      metadata: { retell: { metadata: { crm_id: "77" } } },
    });
  });

  test("E03: an update of the transcript carries only that the call goes on", () => {
    expect(eventOf(fixture("transcript_updated.json"))).toEqual({
      type: "call.progressed",
      occurredAt: null,
      references: [session, leg],
      facts: { status: "in_progress" },
    });
  });

  test.each(["transfer_started", "transfer_bridged", "transfer_cancelled"])("E03: %s is progress", (event) => {
    const { type, occurredAt, facts } = eventOf(
      says(event, { agent_id: "agent_1" }, { event_timestamp: 1790000005000, transfer_option: { type: "cold" } }),
    );
    expect([type, occurredAt]).toEqual(["call.progressed", "2026-09-21T14:13:25.000Z"]);
    expect(facts).toMatchObject({ status: "in_progress", agent: { id: "agent_1", kind: "ai" } });
  });

  test("E03: transfer_ended has its own time and never ends or reopens the call", () => {
    const { type, occurredAt, facts } = eventOf(fixture("transfer_ended.json"));
    expect([type, occurredAt, facts.status]).toEqual(["call.progressed", "2026-09-21T14:14:50.000Z", "in_progress"]);
    expect(callAfter([fixture("call_ended.json"), fixture("transfer_ended.json")]).status).toBe("completed");
  });

  test.each(["chat_analyzed.json", "alert_triggered.json"])("E01: %s is kept and says nothing of calls", (name) => {
    expect(translate(fixture(name))).toEqual({ kind: name.replace(".json", ""), events: [] });
  });

  test.each(["chat_started", "chat_ended", "call_something_new", "constructor", "__proto__"])(
    "E01: %s is kept under its name",
    (event) => {
      expect(translate(JSON.stringify({ event, call: { call_id: "call_x" } }))).toEqual({ kind: event, events: [] });
    },
  );
});

describe("traps", () => {
  test("E04: a call that never connected has no times, and a duration of nothing", () => {
    const event = eventOf(fixture("call_ended.unconnected.json"));
    expect(event.occurredAt).toBeNull();
    expect(event.facts).toMatchObject({
      status: "no_answer",
      startedAt: null,
      endedAt: null,
      durationSeconds: 0,
      transcript: null,
      recordings: null,
      cost: null,
    });
    expect(callAfter([fixture("call_ended.unconnected.json")])).toMatchObject({
      status: "no_answer",
      outcome: "missed",
      direction: "outbound",
    });
  });

  test("E05: the analysis of a call that never connected completes its end", () => {
    const both = ["call_ended.unconnected.json", "call_analyzed.unconnected.json"].map(fixture);
    for (const order of permutations(both)) {
      expect(callAfter(order)).toMatchObject({ status: "no_answer", analysis: { successful: false } });
    }
  });

  test("E04: call_ended is final even where call_status still says registered", () => {
    expect(eventOf(fixture("call_ended.registered.json")).facts).toMatchObject({
      status: "completed",
      durationSeconds: 61,
      transcript: {
        turns: [
          { role: "agent", text: "Hi" },
          { role: "customer", text: "Bye" },
        ],
      },
    });
    expect(factsOf("call_ended", { call_status: "registered" }).status).toBe("completed");
  });

  test("E04: a call in the browser has no numbers and no direction, and its access token goes nowhere", () => {
    const translation = translate(fixture("call_ended.web.json"));
    expect(translation.events[0]?.facts).toMatchObject({
      direction: "unknown",
      from: null,
      to: null,
      durationSeconds: 30,
      recordings: null,
      transcript: null,
    });
    expect(JSON.stringify(translation)).not.toContain("secret-of-the-web-call");
  });

  test("E04: a call in the browser has no numbers, even where some are sent", () => {
    const web = { call_type: "web_call", from_number: "+14155550199", to_number: "+14155550100", direction: "inbound" };
    expect(factsOf("call_started", web)).toMatchObject({ direction: "unknown", from: null, to: null });
  });

  test("E04: an older payload is read, with the mailbox, the lines and the short life of its recording", () => {
    const { references, facts } = eventOf(fixture("call_ended.older.json"));
    expect(references).toEqual([{ provider: "retell", id: "0123456789abcdef0123456789abcdef", kind: "session" }]);
    expect(facts).toMatchObject({
      status: "completed",
      outcome: "voicemail",
      durationSeconds: 12,
      transcript: {
        turns: [
          { role: "agent", text: "Hello", startSeconds: null, endSeconds: null },
          { role: "customer", text: "You have reached\nthe mailbox", startSeconds: null, endSeconds: null },
        ],
      },
      recordings: [{ expiresAt: "2026-09-21T14:23:32.400Z" }],
    });
  });

  test("E15: the same end twice within a second, and with more in it, is one end", () => {
    const first = says("call_ended", { disconnection_reason: "user_hangup", end_timestamp: 1790000015791 });
    const second = says("call_ended", {
      disconnection_reason: "user_hangup",
      end_timestamp: 1790000015791,
      recording_url: "https://example.test/r.wav",
    });
    const expected = JSON.stringify(callAfter([first, second]));
    for (const order of permutations([first, second])) expect(JSON.stringify(callAfter(order))).toBe(expected);
    expect(JSON.parse(expected)).toMatchObject({ status: "completed", recordings: [{ id: "call_x" }] });
  });

  test("A08: only a Twilio CallSid joins a Twilio call", () => {
    for (const sid of ["", "CA1", "SM0123456789abcdef0123456789abcdef", "CA0123456789abcdef0123456789abcdef\n", 7]) {
      const { references } = eventOf(says("call_started", { telephony_identifier: { twilio_call_sid: sid } }));
      expect(references).toEqual([{ provider: "retell", id: "call_x", kind: "session" }]);
    }
  });

  test("E04: numbers of a SIP trunk keep their text", () => {
    const { from, to } = factsOf("call_started", { call_type: "phone_call", from_number: "desk", to_number: "" });
    expect([from, to]).toEqual([{ e164: null, raw: "desk" }, null]);
  });

  test.each([
    [{ duration_ms: 15_499 }, 15],
    [{ duration_ms: 15_500 }, 16],
    [{ duration_ms: 0 }, 0],
    [{ duration_ms: -1_000 }, null],
    [{ duration_ms: 1e300 }, null],
    [{ start_timestamp: 1790000000000, end_timestamp: 1790000009600 }, 10],
    [{ start_timestamp: 1790000009600, end_timestamp: 1790000000000 }, null],
    [{ end_timestamp: 1790000000000 }, null],
    [{ call_cost: { total_duration_seconds: 60 } }, null],
  ])("E04: %j lasts %s seconds", (call, seconds) => {
    expect(factsOf("call_ended", { ...call, disconnection_reason: "user_hangup" }).durationSeconds).toBe(seconds);
  });

  test.each([
    ["Positive", "positive"],
    ["Negative", "negative"],
    ["Neutral", "neutral"],
    ["Unknown", "unknown"],
    ["Furious", undefined],
  ])("E05: the sentiment %s is %s", (userSentiment, sentiment) => {
    const analysis = factsOf("call_analyzed", {
      disconnection_reason: "user_hangup",
      call_analysis: { user_sentiment: userSentiment },
    }).analysis;
    expect(analysis?.sentiment).toBe(sentiment);
  });
});

test("E17: nothing marks Retell's test payloads, so none is called a test by guessing", () => {
  expect(eventOf(fixture("call_ended.json"))).not.toHaveProperty("test");
});
