import { foldCall, type Call, type CallEvent } from "@offhook/core";
import { elevenlabsLife, elevenlabsSamples } from "@offhook/testing";
import { describe, expect, test } from "vitest";
import { callRecord, recordingEvent, summaryRecord } from "./api-events.ts";
import { readCall, readSummary, type ElevenLabsCall, type ElevenLabsCallSummary } from "./api-records.ts";
import { callSid, conversation, membersOf, summaryOf, type ConversationOptions } from "./fixtures/conversations.ts";
import { comparable, fold, recordEvents, sampleEvents, webhookEvents } from "./fixtures/folding.ts";
import type { Members } from "./fixtures/index.ts";
import { eventOf, translate } from "./fixtures/translating.ts";

function callOf(json: unknown): ElevenLabsCall {
  const call = readCall(json);
  if (call === undefined) throw new Error("Expected a conversation");
  return call;
}

function itemOf(whole: Members): ElevenLabsCallSummary {
  const item = readSummary(summaryOf(whole));
  if (item === undefined) throw new Error("Expected an item of the list");
  return item;
}

const details = (whole: Members) => callRecord(callOf(whole), undefined);
const summary = (whole: Members) => summaryRecord(itemOf(whole), undefined);
const bodyOf = (text: string): Members => membersOf(JSON.parse(text));

describe("import after webhooks", () => {
  const life = elevenlabsLife();
  const transcription = life.find(({ name }) => name === "post_call_transcription");
  const whole = membersOf(bodyOf(transcription?.body ?? "{}")["data"]);

  test("A02 A07: of a call whose webhooks came nothing changes, whichever record is read", () => {
    const known = fold(sampleEvents(life));
    expect(known).toMatchObject({ durationSeconds: 61, recordings: [{}], analysis: { title: "Callback request" } });
    for (const records of [[summary(whole)], [details(whole)], [summary(whole), details(whole)]]) {
      expect(fold(sampleEvents(life), recordEvents(...records))).toEqual(known);
    }
  });

  const shapes = elevenlabsSamples().filter(({ name, body }) => {
    const data = membersOf(bodyOf(body)["data"]);
    return name.startsWith("post_call_transcription") && "metadata" in data;
  });

  test.each(shapes.map((sample) => [sample.name, sample] as const))("no contradiction: %s", (_name, sample) => {
    const data = membersOf(bodyOf(sample.body)["data"]);
    const known = fold(sampleEvents([sample]));
    expect(fold(sampleEvents([sample]), recordEvents(details(data)))).toEqual(known);
    expect(fold(sampleEvents([sample]), recordEvents(summary(data)))).toEqual(known);
  });

  test("A07: where the webhook of the transcript was missed, the record fills what it would have told", () => {
    const all = fold(sampleEvents(life));
    const missed = life.filter(({ name }) => name !== "post_call_transcription");
    expect(fold(sampleEvents(missed))).not.toEqual(all);
    expect(fold(sampleEvents(missed), recordEvents(details(whole)))).toEqual(all);
  });

  test.each<[reason: string, status: Call["status"]]>([
    ["busy", "busy"],
    ["no-answer", "no_answer"],
  ])("a call that was never connected stays %s, although its conversation has merely failed", (reason, status) => {
    const failure = webhookEvents([
      eventOf({
        type: "call_initiation_failure",
        event_timestamp: 1790000031,
        data: {
          agent_id: "agent_1",
          conversation_id: "conv_1",
          failure_reason: reason,
          metadata: {
            type: "twilio",
            body: { CallSid: callSid, CallStatus: reason, From: "+14155550100", To: "+14155550199" },
          },
        },
      }),
    ]);
    const phone_call = { ...membersOf(membersOf(conversation()["metadata"])["phone_call"]), direction: "outbound" };
    const failed = conversation({
      status: "failed",
      seconds: 0,
      metadata: { phone_call, accepted_time_unix_secs: null },
    });
    for (const records of [[summary(failed)], [details(failed)], [summary(failed), details(failed)]]) {
      const call = fold(failure, recordEvents(...records));
      const { startedAt: _start, agent: _agent, createdAt: _created, costs: _costs, cost: _cost, ...rest } = call;
      const { metadata: _metadata, ...stated } = rest;
      expect(fold(failure)).toMatchObject(stated);
      expect(call.status).toBe(status);
    }
    expect(fold(recordEvents(details(failed)))).toMatchObject({ status: "failed", durationSeconds: 0 });
  });

  test("A07: a cost that was corrected, and a verdict that was made anew, take effect once they are read", () => {
    const read = (minute: number, more: ConversationOptions): CallEvent[] =>
      recordEvents(details(conversation(more))).map((event) => ({
        ...event,
        id: `${event.id}_${minute}`,
        receivedAt: new Date(Date.UTC(2027, 0, 1, 0, minute)).toISOString(),
      }));
    const hook = webhookEvents([
      eventOf({ type: "post_call_transcription", event_timestamp: 1790000100, data: conversation() }),
    ]);
    const analysis = { ...membersOf(conversation()["analysis"]), call_successful: "failure" };
    const corrected = read(1, { metadata: { cost: 150, cost_fiat: 0.12 }, more: { analysis } });
    const expected = {
      cost: { amount: "0.12" },
      analysis: { successful: false },
      metadata: { elevenlabs: { costCredits: 150 } },
    };
    expect(fold(hook)).toMatchObject({ cost: { amount: "0.09" }, analysis: { successful: true } });
    expect(fold(hook, corrected)).toMatchObject(expected);
    // Whatever the order in which they are stored, and however often it is read.
    expect(fold(corrected, read(0, {}), hook)).toMatchObject(expected);
    expect(fold(hook, corrected, read(2, { metadata: { cost: 150, cost_fiat: 0.12 }, more: { analysis } }))).toEqual(
      fold(hook, corrected),
    );
    // And back again.
    expect(fold(hook, corrected, read(2, {}))).toEqual(fold(hook));
  });

  test("a failure and its list item never set back what the whole conversation says of it", () => {
    const phone_call = { ...membersOf(membersOf(conversation()["metadata"])["phone_call"]), call_result: "voicemail" };
    const mailbox = conversation({ metadata: { phone_call } });
    for (const records of [
      [summary(mailbox), details(mailbox)],
      [details(mailbox), summary(mailbox)],
    ]) {
      expect(fold(recordEvents(...records))).toMatchObject({ status: "completed", outcome: "voicemail" });
    }
  });

  test.each<[title: string, options: ConversationOptions]>([
    ["with words", { hasAudio: true }],
    ["without a second of it", { seconds: 0 }],
  ])(
    "A08: a leg of Twilio's that was completed stays so, although the conversation on it failed %s",
    (_title, more) => {
      const failed = conversation({ status: "failed", ...more });
      const leg = webhookEvents(
        [
          {
            type: "call.ended",
            // Its clock may be behind.
            occurredAt: "2026-09-21T14:13:10.000Z",
            references: [{ provider: "twilio", id: callSid, kind: "leg" }],
            facts: { status: "completed" },
          },
        ],
        "twilio",
      );
      const hook = webhookEvents(
        translate({ type: "post_call_transcription", event_timestamp: 1790000100, data: failed }).events,
      );
      const told = { status: "completed", outcome: "answered", references: [{ id: callSid }, { id: "conv_1" }] };
      for (const events of [recordEvents(details(failed)), recordEvents(summary(failed), details(failed)), hook]) {
        expect(fold(leg, events)).toMatchObject(told);
        // Where nothing is known of the leg, it failed as well.
        expect(fold(events)).toMatchObject({ status: "failed" });
      }
      expect(fold(leg, hook, recordEvents(summary(failed), details(failed)))).toEqual(fold(leg, hook));
    },
  );

  test.each<[title: string, status: "done" | "processing"]>([
    ["once it is analyzed", "done"],
    ["while it is processed", "processing"],
  ])(
    "A08: where the caller was passed on to a person, the leg is as long as its carrier says: %s",
    (_title, status) => {
      const passedOn = conversation({
        status,
        hasAudio: true,
        metadata: { termination_reason: "transfer_to_number tool was called" },
        more: {
          transcript: [
            { role: "agent", message: "I put you through.", time_in_call_secs: 0 },
            { role: "agent", tool_results: [{ result: { result_type: "transfer_to_number_twilio_success" } }] },
          ],
        },
      });
      const end = {
        status: "busy",
        endedAt: "2026-09-21T14:25:20.000Z",
        durationSeconds: 720,
        endReason: { code: "sip_486", raw: "486" },
      } as const;
      const leg = webhookEvents(
        [
          {
            type: "call.ended",
            occurredAt: "2026-09-21T14:13:10.000Z",
            references: [{ provider: "twilio", id: callSid, kind: "leg" }],
            facts: end,
          },
        ],
        "twilio",
      );
      const alone = { status: "completed", durationSeconds: 61, endReason: { code: "other" } };
      for (const records of [[details(passedOn)], [summary(passedOn), details(passedOn)]]) {
        expect(fold(leg, recordEvents(...records))).toMatchObject({ ...end, from: { e164: "+14155550199" } });
        expect(fold(recordEvents(...records))).toMatchObject(alone);
      }
      expect(fold(recordEvents(details(passedOn))).transcript).toEqual(
        status === "done" ? expect.objectContaining({ text: "Agent: I put you through." }) : null,
      );
    },
  );

  test("the list, read later, never sets back what is known of the leg or of the whole conversation", () => {
    const failed = conversation({ status: "failed", hasAudio: true });
    const known = recordEvents(details(failed));
    const [listed] = recordEvents(summary(failed));
    if (listed === undefined) throw new Error("Expected an event");
    const later = [{ ...listed, id: "evt_later", receivedAt: "2027-02-01T00:00:00.000Z" }];
    expect(fold(known, later)).toEqual(fold(known));
  });

  test("A08: the carrier's longer leg stays the length of the call", () => {
    const leg = webhookEvents(
      [
        {
          type: "call.ended",
          occurredAt: "2026-09-21T14:14:23.000Z",
          references: [{ provider: "twilio", id: callSid, kind: "leg" }],
          facts: { status: "completed", durationSeconds: 63, endedAt: "2026-09-21T14:14:23.000Z" },
        },
      ],
      "twilio",
    );
    expect(fold(leg, recordEvents(details(conversation())))).toMatchObject({
      id: `call_twilio_${callSid}`,
      durationSeconds: 63,
      endedAt: "2026-09-21T14:14:23.000Z",
      transcript: { turns: [{}, {}] },
    });
  });
});

describe("a record alone", () => {
  test("A02 A15: a whole conversation is a whole call", () => {
    const record = details(conversation());
    expect(record).toMatchObject({
      subject: "call",
      reference: { provider: "elevenlabs", id: "conv_1", kind: "session" },
      startedAt: "2026-09-21T14:13:20.000Z",
      // When it was read: what is read later may say otherwise.
      events: [{ type: "call.analyzed", occurredAt: null }],
      isSettled: true,
    });
    expect(record.lacksDetails).toBeUndefined();
    expect(foldCall(recordEvents(record))).toMatchObject({
      id: `call_twilio_${callSid}`,
      references: [{ provider: "twilio" }, { provider: "elevenlabs" }],
      direction: "inbound",
      status: "completed",
      outcome: "answered",
      from: { e164: "+14155550199" },
      to: { e164: "+14155550100" },
      startedAt: "2026-09-21T14:13:20.000Z",
      answeredAt: "2026-09-21T14:13:22.000Z",
      endedAt: "2026-09-21T14:14:21.000Z",
      durationSeconds: 61,
      endReason: { code: "remote_hangup" },
      agent: { id: "agent_1", name: "Front desk", kind: "ai" },
      recordings: [{ id: "conv_1", state: "available" }],
      transcript: { turns: [{ role: "agent" }, { role: "customer" }] },
      analysis: { summary: "Caller asked for a callback.", successful: true },
      conversion: { converted: true },
      cost: { amount: "0.09", currency: "USD" },
      metadata: { elevenlabs: { costCredits: 120, dynamicVariables: { customer_name: "Ana" } } },
      createdAt: "2026-09-21T14:13:20.000Z",
      updatedAt: "2026-09-21T14:14:21.000Z",
    });
  });

  test("an item of the list is a call without numbers", () => {
    const record = summary(conversation());
    expect(record).toMatchObject({ startedAt: "2026-09-21T14:13:20.000Z", events: [{ type: "call.queued" }] });
    expect(record.isSettled).toBeUndefined();
    expect(foldCall(recordEvents(record))).toMatchObject({
      references: [{ provider: "elevenlabs", id: "conv_1" }],
      direction: "inbound",
      status: "completed",
      from: null,
      durationSeconds: 61,
      analysis: { title: "Callback request", successful: true },
    });
  });

  test.each<[status: NonNullable<ConversationOptions["status"]>, state: Call["status"]]>([
    ["initiated", "queued"],
    ["in-progress", "in_progress"],
  ])("a conversation that is %s has no end, and says the same whenever it is read", (status, state) => {
    const first = conversation({ status, seconds: 3, more: { transcript: [{ role: "user", message: "Hello" }] } });
    const later = conversation({ status, seconds: 9, metadata: { cost: 3, cost_fiat: 0.01 }, hasAudio: true });
    for (const record of [summary, details]) {
      expect(record(first).events).toEqual(record(later).events);
      expect(record(first).events).toMatchObject([{ occurredAt: "2026-09-21T14:13:20.000Z" }]);
      expect(foldCall(recordEvents(record(first)))).toMatchObject({
        status: state,
        startedAt: "2026-09-21T14:13:20.000Z",
        endedAt: null,
        durationSeconds: null,
        cost: null,
        transcript: null,
        recordings: [],
        updatedAt: "2026-09-21T14:13:20.000Z",
      });
    }
  });

  test("while it is processed the call is over, and what is still worked on is left out", () => {
    const transcript = [{ role: "user", message: "My number is 4155550199", time_in_call_secs: 1 }];
    const processing = conversation({ status: "processing", hasAudio: true, more: { transcript } });
    expect(foldCall(recordEvents(details(processing)))).toMatchObject({
      status: "completed",
      durationSeconds: 61,
      from: { e164: "+14155550199" },
      transcript: null,
      analysis: null,
      recordings: [],
    });
    const done = fold(recordEvents(details(conversation())));
    expect(fold(recordEvents(summary(processing), details(processing), details(conversation())))).toEqual(done);
  });

  test.each<[status: NonNullable<ConversationOptions["status"]>, isSettled: boolean]>([
    ["initiated", false],
    ["in-progress", false],
    ["processing", false],
    ["done", true],
    // It is not analyzed, however often it is asked for.
    ["failed", true],
  ])("A08: of a conversation that is %s it is told whether more is to come", (status, isSettled) => {
    expect(details(conversation({ status })).isSettled).toBe(isSettled);
  });

  test("E08: a rule for conversions is asked about whole conversations only", () => {
    const booked = ({ data }: { readonly data: object }) => "callback_time" in data;
    const whole = conversation();
    expect(summaryRecord(itemOf(whole), booked).events[0]?.facts.conversion).toBeUndefined();
    expect(callRecord(callOf(whole), booked).events[0]?.facts.conversion).toMatchObject({ converted: true });
    expect(summaryRecord(itemOf(whole), undefined).events[0]?.facts.conversion).toMatchObject({ converted: true });
    expect(summaryRecord(itemOf(whole), false).events[0]?.facts.conversion).toBeUndefined();
  });
});

describe("what details are asked for", () => {
  const whole = conversation();
  const known = foldCall(recordEvents(details(whole)));
  const listed = foldCall(recordEvents(summary(whole)));
  const running = foldCall(recordEvents(details(conversation({ status: "in-progress" }))));
  const processing: ConversationOptions = {
    status: "processing",
    more: { transcript: [{ role: "user", message: "Hello", time_in_call_secs: 1 }] },
  };

  test.each<[title: string, item: ConversationOptions, call: Call | undefined, lacks: boolean]>([
    ["nothing is known of it", {}, undefined, true],
    ["nothing is known of it, and it runs", { status: "in-progress" }, undefined, true],
    ["everything is known", {}, known, false],
    ["only the list's item is known", {}, listed, true],
    ["it was running, and is over", {}, running, true],
    ["it was running, and is processed", { status: "processing" }, running, true],
    ["it still runs", { status: "in-progress" }, running, false],
    ["it runs, and no number is known", { status: "in-progress" }, { ...running, from: null, to: null }, true],
    ["there is no transcript", {}, { ...known, transcript: null }, true],
    ["there is no analysis", {}, { ...known, analysis: null }, true],
    ["nothing was said, as far as is known", { more: { transcript: [] } }, { ...known, transcript: null }, true],
    ["it is still processed", processing, { ...known, transcript: null, analysis: null }, false],
    ["no phone carried it", { callSid: null }, { ...known, from: null, to: null }, false],
    ["a phone carried it, but no number is known", {}, { ...known, from: null, to: null }, true],
  ])("%s", (_title, item, call, lacks) => {
    expect(summary(conversation(item)).lacksDetails?.(call)).toBe(lacks);
  });
});

describe("the recording of a conversation", () => {
  test("A14: is told with the call's own names and the time of its end", () => {
    expect(recordingEvent(callOf(conversation()))).toEqual({
      type: "call.recorded",
      occurredAt: "2026-09-21T14:14:21.000Z",
      references: [
        { provider: "elevenlabs", id: "conv_1", kind: "session" },
        { provider: "twilio", id: callSid, kind: "leg" },
      ],
      facts: { recordings: [expect.objectContaining({ id: "conv_1", state: "available", url: null })] },
    });
  });

  test("A14: is nothing where there is none, and expired where it was deleted", () => {
    expect(recordingEvent(callOf(conversation({ hasAudio: false })))).toBeUndefined();
    const deletion_settings = { deleted_audio_at_time_unix_secs: 1790100000 };
    const deleted = callOf(conversation({ hasAudio: false, metadata: { deletion_settings } }));
    expect(recordingEvent(deleted)?.facts.recordings).toMatchObject([{ state: "expired" }]);
  });

  test("A14: adds nothing to what the audio's webhook told", () => {
    const life = elevenlabsLife();
    const [sample] = life.filter(({ name }) => name === "post_call_transcription");
    const event = recordingEvent(callOf(membersOf(bodyOf(sample?.body ?? "{}")["data"])));
    const record = { ...details(conversation()), events: event === undefined ? [] : [event] };
    expect(record.events).toHaveLength(1);
    expect(fold(sampleEvents(life), recordEvents(record))).toEqual(comparable(foldCall(sampleEvents(life))));
  });
});
