import { describe, expect, test } from "vitest";
import { readCallFields } from "./call-fields.ts";
import { stateOf } from "./statuses.ts";

const state = (kind: Parameters<typeof stateOf>[0], fields: { readonly [name: string]: unknown }) =>
  stateOf(kind, readCallFields({ ...fields }), "canceled");

const placeholder = { answered: false, voicemail: false, call_type: "missed", duration: 0 };
const missed = { status: "no_answer", outcome: "missed" };
const answered = { status: "completed", outcome: "answered" };
const voicemail = { status: "completed", outcome: "voicemail" };
const abandoned = { status: "canceled", outcome: "abandoned" };
const ringing = { status: "ringing", outcome: null };
const inProgress = { status: "in_progress", outcome: null };

describe("the status of a call", () => {
  test.each([
    ["the placeholder", placeholder],
    ["an answer", { ...placeholder, answered: true, duration: "49" }],
    ["a voicemail", { ...placeholder, voicemail: true }],
    ["an abandoned call", { ...placeholder, call_type: "abandoned" }],
    ["nothing", {}],
  ])("W02: before a call, with %s, is ringing", (_title, fields) => {
    expect(state("pre-call", fields)).toEqual(ringing);
  });

  test.each([
    ["answered", { ...placeholder, answered: true }, inProgress],
    ["answered, as a form writes it", { answered: "true" }, inProgress],
    ["not answered yet", placeholder, ringing],
    ["not answered yet, as a form writes it", { answered: "false" }, ringing],
    ["routed without more", {}, inProgress],
  ])("W04: when routed, %s, is as far as that", (_title, fields, expected) => {
    expect(state("routing-complete", fields)).toEqual(expected);
  });

  test.each([
    ["in progress by its type", { call_type: "in_progress", answered: false, duration: 0 }, inProgress],
    ["neither answered nor measured yet", { answered: null, duration: null }, inProgress],
    ["the same with empty texts", { answered: "", duration: "" }, inProgress],
    ["a voicemail", { ...placeholder, voicemail: true, duration: "13" }, voicemail],
    ["answered and not measured", { answered: true, duration: "" }, answered],
    ["not answered and not measured", { answered: false, duration: null }, missed],
    ["a voicemail, as a form writes it", { answered: "false", voicemail: "true", duration: "31" }, voicemail],
    ["a voicemail by its type", { answered: false, call_type: "voicemail" }, voicemail],
    ["a voicemail that was written down", { answered: false, call_type: "voicemail_transcription" }, voicemail],
    ["a voicemail that counts as answered", { answered: true, voicemail: true }, voicemail],
    ["answered", { answered: true, call_type: "answered", duration: "49" }, answered],
    ["answered, as a form writes it", { answered: "true", voicemail: "false", duration: "49" }, answered],
    ["answered with a type of missed", { answered: true, call_type: "missed" }, answered],
    ["answered by its type alone", { call_type: "answered" }, answered],
    ["missed", { ...placeholder, duration: "24" }, missed],
    ["missed at once", placeholder, missed],
    ["missed by its type alone", { call_type: "missed" }, missed],
    ["abandoned", { answered: false, call_type: "abandoned", duration: "9" }, abandoned],
    ["abandoned, as the documentation spells it", { answered: false, call_type: "abandonded" }, abandoned],
    ["outbound and answered", { direction: "outbound", call_type: "outbound", answered: true }, answered],
    ["outbound and not answered", { direction: "outbound", answered: false, duration: "20" }, missed],
    ["inbound and not answered, without a type", { direction: "inbound", answered: false, duration: "20" }, missed],
    ["none of these, but it lasted", { duration: "49" }, answered],
    ["none of these, and it did not last", { duration: "0" }, missed],
    ["of a type to come, not answered", { call_type: "blocked", answered: false }, missed],
    ["of a type to come, answered", { call_type: "transferred", answered: true }, answered],
  ])("W01: after a call, %s", (_title, fields, expected) => {
    expect(state("post-call", fields)).toEqual(expected);
    expect(state("call-modified", fields)).toEqual(expected);
    expect(state("outbound-post-call", fields)).toEqual(expected);
    expect(state("outbound-call-modified", fields)).toEqual(expected);
  });

  test.each([
    ["answered", { answered: true, call_type: "answered" }],
    ["answered, without a type", { answered: true }],
    ["not answered yet, without a type", { answered: false }],
    ["a voicemail that is being left", { answered: false, voicemail: true, call_type: "voicemail" }],
    ["just placed", { answered: null, call_type: "outbound" }],
  ])("A02, W01: in the API a call that is not measured yet is in progress (%s)", (_title, fields) => {
    expect(state("unmeasured-record", { ...fields, duration: null })).toEqual(inProgress);
  });

  test.each([
    ["answered", { answered: true, call_type: "answered" }, answered],
    ["answered, without a type", { answered: true }, answered],
    ["not answered, without a type", { answered: false }, missed],
    ["missed", { answered: false, call_type: "missed" }, missed],
    ["missed by its type alone", { answered: null, call_type: "missed" }, missed],
    ["abandoned", { answered: false, call_type: "abandoned" }, abandoned],
    ["a voicemail", { answered: false, voicemail: true, call_type: "voicemail" }, voicemail],
    [
      "placed, and nothing else",
      { answered: null, call_type: "outbound" },
      { status: "completed", outcome: "unknown" },
    ],
    ["in progress by its type", { answered: true, call_type: "in_progress" }, inProgress],
  ])(
    "A02, W01: in the API a call that was never measured is what else is said of it (%s)",
    (_title, fields, expected) => {
      expect(state("record", { ...fields, duration: null })).toEqual(expected);
      expect(state("early-record", { ...fields, duration: null })).toEqual(expected);
    },
  );

  test("A02, W02: what the API says of a call that may be ringing is no outcome yet", () => {
    expect(state("undecided-record", placeholder)).toEqual(ringing);
    expect(state("undecided-record", { ...placeholder, answered: true, call_type: "answered" })).toEqual(inProgress);
    expect(state("undecided-record", { ...placeholder, call_type: "in_progress" })).toEqual(inProgress);
    expect(state("record", placeholder)).toEqual(missed);
  });

  test("W01: after a call of which nothing is said, only its end is known", () => {
    expect(state("post-call", {})).toEqual({ status: "completed", outcome: "unknown" });
  });

  test("W01: an abandoned call can be called not answered, and stays abandoned in its outcome", () => {
    const fields = readCallFields({ answered: false, call_type: "abandoned" });
    expect(stateOf("post-call", fields, "no_answer")).toEqual({ status: "no_answer", outcome: "abandoned" });
  });
});
