import { parseForm, type FormFields, type VerifiedDelivery } from "@offhook/core";
import { describe, expect, test } from "vitest";
import { fixture } from "./fixtures/index.ts";
import { readPayload, type TwilioPayload } from "./payload.ts";

interface Sent {
  readonly method?: "GET" | "POST";
  readonly query?: string;
  readonly contentType?: string;
  readonly body?: string | Uint8Array;
  /** As verification hands it on. */
  readonly form?: FormFields;
}

function read({ method = "POST", query = "", contentType, body = "", form }: Sent): TwilioPayload {
  const delivery = {
    method,
    url: `/twilio?${query}`,
    query,
    headers: contentType === undefined ? {} : { "content-type": contentType },
    body: typeof body === "string" ? new TextEncoder().encode(body) : body,
    receivedAtMs: 0,
    form,
  };
  // Only core makes verified deliveries; reading trusts that it did.
  return readPayload(delivery as unknown as VerifiedDelivery);
}

const readForm = (body: string | Uint8Array): TwilioPayload => read({ form: parseForm(body) });
const readJson = (body: string | Uint8Array): TwilioPayload => read({ contentType: "application/json", body });
const fieldsOf = (payload: TwilioPayload) => ("fields" in payload ? payload.fields : {});

describe("which callback it is", () => {
  test.each([
    ["event-streams.json", "event-streams"],
    ["intelligence-result.json", "intelligence-result"],
    ["intelligence-transcript.json", "intelligence-transcript"],
  ])("JSON: %s is %s", (name, kind) => {
    expect(readJson(fixture(name)).kind).toBe(kind);
  });

  test.each([
    ["realtime-transcription.txt", "realtime-transcription"],
    ["transcription-completed.txt", "transcription"],
    ["recording-completed.txt", "recording"],
    ["status-completed.txt", "status"],
    ["status-completed-of-a-number.txt", "status"],
    ["dial-no-answer.txt", "dial"],
    ["amd-machine.txt", "amd"],
    ["gather-digits.txt", "gather"],
    ["record-hangup.txt", "record"],
    ["voice-ringing.txt", "voice"],
  ])("form: %s is %s", (name, kind) => {
    expect(readForm(fixture(name)).kind).toBe(kind);
  });

  // Each row has everything that a later row asks for as well, so that only the order decides.
  const call = "CallSid=CA1&CallStatus=in-progress&Direction=inbound";
  const progress = "CallbackSource=call-progress-events";
  test.each([
    [`${call}&TranscriptionEvent=x&TranscriptionSid=GT1&TranscriptionText=x&Digits=1`, "realtime-transcription"],
    [`${call}&TranscriptionText=x&TranscriptionSid=TR1&RecordingStatus=completed&RecordingSid=RE1`, "transcription"],
    [`${call}&TranscriptionStatus=failed&TranscriptionSid=TR1&RecordingUrl=https://x/RE1`, "transcription"],
    [`${call}&RecordingStatus=completed&RecordingSid=RE1&DialCallStatus=completed`, "recording"],
    [`${call}&${progress}&RecordingStatus=completed&RecordingSid=RE1&RecordingUrl=x`, "status"],
    [`${call}&${progress}&DialCallStatus=completed&Digits=1`, "status"],
    [`${call}&DialCallStatus=busy&Digits=1&RecordingUrl=x&MachineDetectionDuration=1`, "dial"],
    ["CallSid=CA1&MachineDetectionDuration=1&AnsweredBy=human&Digits=1", "amd"],
    [`${call}&MachineDetectionDuration=1&AnsweredBy=machine_start`, "voice"],
    [`${call}&SpeechResult=Sales`, "gather"],
    [`${call}&RecordingUrl=x&Digits=%23`, "record"],
    ["CallSid=CA1&CallStatus=completed&Direction=inbound&RecordingUrl=x&Digits=hangup", "record"],
    ["CallSid=CA1&CallStatus=completed&Direction=inbound&RecordingUrl=x&CallDuration=49", "status"],
    [call, "voice"],
    ["CallSid=CA1&CallStatus=a-new-one&Direction=inbound", "voice"],
    [`CallSid=CA1&CallStatus=a-new-one&Direction=inbound&${progress}`, "status"],
    ["CallSid=CA1&CallStatus=ringing&Direction=inbound&CallbackSource=a-new-one", "status"],
    ["CallSid=CA1&CallStatus=ringing", "status"],
    ["CallSid=CA1&CallStatus=no-answer&Direction=inbound", "status"],
    ["CallSid=CA1", "unknown-form"],
    ["", "unknown-form"],
  ])("form: %s is %s", (body, kind) => {
    expect(readForm(body).kind).toBe(kind);
  });

  test("a field that came empty decides nothing, as if it were missing", () => {
    const empty = "TranscriptionEvent=&TranscriptionText=&RecordingStatus=&DialCallStatus=&Digits=&RecordingUrl=";
    expect(readForm(`${call}&${empty}`).kind).toBe("voice");
  });

  test.each([
    [
      '{"transcript_sid":"GT1","event_type":"x","operatorResults":[],"intelligenceConfiguration":{}}',
      "intelligence-result",
    ],
    ['{"operatorResults":[]}', "unknown"],
    ['{"transcript_sid":7,"event_type":"x"}', "unknown"],
    ["{}", "unknown"],
    ["[]", "unknown"],
    ["[{}]", "unknown"],
    ["[null, 1]", "unknown"],
  ])("JSON: %s is %s", (body, kind) => {
    expect(readJson(body).kind).toBe(kind);
  });
});

describe("encodings", () => {
  test("W09: a GET is read from its query", () => {
    const payload = read({ method: "GET", query: "CallSid=CA1&CallStatus=completed&From=%2B14045550123" });
    expect(payload.kind).toBe("status");
    expect(fieldsOf(payload)["From"]).toBe("+14045550123");
  });

  test("a POST is read from its body alone", () => {
    expect(read({ query: "CallSid=CA1&CallStatus=completed", form: new Map() }).kind).toBe("unknown-form");
  });

  test("a form is read without a content type, and without a form parsed before", () => {
    expect(read({ body: fixture("status-completed.txt") }).kind).toBe("status");
  });

  test("plus signs are blanks, percent signs are UTF-8, and nothing is trimmed", () => {
    const fields = fieldsOf(readForm("CallSid=CA1&CallerName=+JOS%C3%89++NU%C3%91EZ+&From=%2B1&Bad=%FF%"));
    expect(fields["CallerName"]).toBe(" JOSÉ  NUÑEZ ");
    expect(fields["From"]).toBe("+1");
    expect(fields["Bad"]).toBe("\ufffd%");
  });

  test("of a repeated field the first value counts, and __proto__ is a field like any other", () => {
    const fields = fieldsOf(readForm("Digits=1&Digits=2&__proto__=x&constructor=y"));
    expect(fields["Digits"]).toBe("1");
    expect(fields["__proto__"]).toBe("x");
    expect(Object.getPrototypeOf(fields)).toBeNull();
  });

  test.each(["", "nul", '"text"', "7", "null", "{", "CallSid=CA1"])("JSON: %j cannot be read", (body) => {
    expect(() => readJson(body)).toThrow(expect.objectContaining({ name: "PayloadError", code: "payload_invalid" }));
  });

  test("a body with more fields than Twilio sends is refused", () => {
    expect(() => read({ body: "a=1&".repeat(2001) })).toThrow(expect.objectContaining({ code: "payload_invalid" }));
  });
});

describe("Event Streams", () => {
  const event = (data: unknown, more: object = {}): string =>
    JSON.stringify([{ specversion: "1.0", type: "com.twilio.voice.x", ...more, data }]);
  const first = (body: string) => {
    const payload = readJson(body);
    return payload.kind === "event-streams" ? payload.events[0] : undefined;
  };

  test("each event is told apart as if it had come by itself", () => {
    const payload = readJson(fixture("event-streams.json"));
    expect(payload.kind === "event-streams" && payload.events.map(({ kind }) => kind)).toEqual(["status", "amd"]);
  });

  test("an event without a time or call of its own takes the envelope's", () => {
    const parameters = { AnsweredBy: "human", MachineDetectionDuration: "1" };
    const fields = first(event({ sid: "CA1", timestamp: "2026-11-19T17:03:19Z", request: { parameters } }))?.fields;
    expect(fields).toMatchObject({ CallSid: "CA1", Timestamp: "2026-11-19T17:03:19Z" });
    const time = "2026-11-19T17:03:20Z";
    expect(first(event({ sid: "CA1", request: { parameters } }, { time }))?.fields).toMatchObject({ Timestamp: time });
  });

  test("the request's own time and call come first", () => {
    const parameters = { CallSid: "CA2", Timestamp: "Thu, 19 Nov 2026 17:03:16 +0000" };
    expect(first(event({ sid: "CA1", timestamp: "x", request: { parameters } }))?.fields).toMatchObject(parameters);
  });

  test("numbers and truth values become texts; other shapes are left out", () => {
    const parameters = { CallSid: "CA1", CallStatus: "completed", CallDuration: 49, A: true, B: null, C: ["x"], D: {} };
    expect({ ...first(event({ request: { parameters } }))?.fields }).toEqual({
      CallSid: "CA1",
      CallStatus: "completed",
      CallDuration: "49",
      A: "true",
    });
  });

  test.each([undefined, null, 7, "x", [], {}, { request: 7 }, { request: { parameters: "x" } }, { sid: 7 }])(
    "an event with the data %j is kept without losing the rest of its batch",
    (data) => {
      const good = { specversion: "1.0", data: { sid: "CA1", request: { parameters: { CallStatus: "completed" } } } };
      const odd = { specversion: "1.0", type: 7, time: 7, data };
      const payload = readJson(JSON.stringify([odd, null, { specversion: 1 }, good]));
      const kinds = payload.kind === "event-streams" ? payload.events.map(({ kind }) => kind) : [];
      expect(kinds).toEqual(["unknown-form", "status"]);
    },
  );
});
