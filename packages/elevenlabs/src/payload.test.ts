import { PayloadError } from "@offhook/core";
import { describe, expect, test } from "vitest";
import { fixtureBytes, fixtureWith, toBytes, type Members } from "./fixtures/index.ts";
import { readInitiation, readPayloads } from "./payload.ts";

const read = (json: unknown) => readPayloads(toBytes(json));
const conversation = fixtureWith("transcription.json")["data"] as Members;

describe("reading a body", () => {
  test.each<[title: string, json: unknown, shape: string, kind: string]>([
    ["post_call_transcription", fixtureWith("transcription.json"), "conversation", "post_call_transcription"],
    [
      "the OpenTelemetry format",
      fixtureWith("transcription-otel.json"),
      "conversation",
      "post_call_transcription_otel",
    ],
    ["post_call_audio", fixtureWith("audio.json"), "audio", "post_call_audio"],
    ["a failure on Twilio", fixtureWith("failure-twilio.json"), "failure", "call_initiation_failure"],
    ["a failure on a SIP trunk", fixtureWith("failure-sip.json"), "failure", "call_initiation_failure"],
    ["a list of one envelope", [fixtureWith("transcription.json")], "conversation", "post_call_transcription"],
    ["an envelope without type", { data: conversation }, "conversation", "post_call_transcription"],
    ["audio without type", { data: { conversation_id: "c", full_audio: "" } }, "audio", "post_call_audio"],
    [
      "a failure without type",
      { data: { conversation_id: "c", failure_reason: "busy" } },
      "failure",
      "call_initiation_failure",
    ],
    ["a bare conversation", conversation, "conversation", "conversation"],
    [
      "an item of the API's list",
      { conversation_id: "c", status: "done", start_time_unix_secs: 1 },
      "flat",
      "conversation_summary",
    ],
    [
      "the machine detection",
      { type: "answering_machine_detection", data: {} },
      "machine-detection",
      "answering_machine_detection",
    ],
    ["another legacy event", { event: "conversation.started", conversation_id: "c" }, "kept", "conversation.started"],
    ["an event about a voice", { type: "voice_removed", data: {} }, "kept", "voice_removed"],
    ["an event of the future", { type: "post_call_video", data: { conversation_id: "c" } }, "kept", "post_call_video"],
    ["a type named like a member of every object", { type: "constructor", data: {} }, "kept", "constructor"],
    ["a type that is no name", { type: "a b\u0000", data: {} }, "kept", "unknown"],
    ["no type at all", { hello: "world" }, "kept", "unknown"],
  ])("%s is told apart", (_title, json, shape, kind) => {
    expect(read(json)).toEqual([expect.objectContaining({ shape, kind })]);
  });

  test("W15: the legacy flat shape is told apart", () => {
    const [payload] = readPayloads(fixtureBytes("el-4.txt"));
    expect(payload).toMatchObject({
      shape: "flat",
      kind: "conversation.ended",
      data: { phone_number: "+14155550100" },
    });
  });

  test("bytes written by Python read as the same text", () => {
    const [payload] = readPayloads(fixtureBytes("el-2.txt"));
    expect(payload).toMatchObject({ data: { transcript: [{ message: "Grüße 📞" }] } });
  });

  test.each<[timestamp: unknown, at: string | null]>([
    [1790000100, "2026-09-21T14:15:00.000Z"],
    [1790000100.5, "2026-09-21T14:15:00.500Z"],
    ["1790000100", "2026-09-21T14:15:00.000Z"],
    ["2026-09-21T14:15:00Z", "2026-09-21T14:15:00.000Z"],
    ["2026-09-21 13:35", null],
    [1790000100000, null],
    [-1, null],
    ["", null],
    [null, null],
    [true, null],
  ])("S06: the time %j is read as %s", (event_timestamp, at) => {
    expect(read(fixtureWith("transcription.json", { event_timestamp }))[0]?.at).toBe(at);
  });

  test("S06: a member of the wrong type counts as missing, and loses nothing else", () => {
    const [payload] = read(
      fixtureWith("transcription.json", {
        data: { status: 7, has_audio: "yes", metadata: { call_duration_secs: "61", phone_call: [], batch_call: "no" } },
      }),
    );
    expect(payload).toMatchObject({
      data: {
        conversation_id: "conv_1",
        status: null,
        has_audio: null,
        metadata: { call_duration_secs: null, phone_call: null, batch_call: null, cost: 120 },
      },
    });
  });

  test.each<[title: string, body: string]>([
    ["nothing", ""],
    ["text", "hello"],
    ["half a body", '{"type":"post_call_transcription","data":{'],
    ["null", "null"],
    ["a number", "7"],
    ["a list of null", "[null]"],
    ["a list of lists", "[[]]"],
    ["a transcription without data", '{"type":"post_call_transcription"}'],
    ["a transcription with a list as data", '{"type":"post_call_transcription","data":[]}'],
    ["an initiation request, which belongs elsewhere", '{"caller_id":"+1","called_number":"+2","agent_id":"a"}'],
  ])("S06: %s cannot be read", (_title, body) => {
    expect(() => readPayloads(new TextEncoder().encode(body))).toThrow(PayloadError);
  });

  test("S11: the error does not quote the body", () => {
    expect(() => readPayloads(new TextEncoder().encode('{"phone":"+14155550199'))).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("4155550199") }),
    );
  });

  test("an initiation request is read whatever it lacks", () => {
    expect(readInitiation(fixtureBytes("initiation.json"))).toMatchObject({ caller_id: "+14155550199" });
    expect(readInitiation(toBytes({ caller_id: 7 }))).toMatchObject({ caller_id: null });
    expect(() => readInitiation(toBytes([]))).toThrow(PayloadError);
  });
});
