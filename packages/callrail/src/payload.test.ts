import { PayloadError } from "@offhook/core";
import { describe, expect, test } from "vitest";
import { delivered, fixtureWith, readFixture, startedAtMs, type DeliveredOptions } from "./fixtures/index.ts";
import { readPayload } from "./payload.ts";

const callId = "CAL0f3e9b0c5a7d4c21b1a2c3d4e5f60718";
const formType = "application/x-www-form-urlencoded";
const read = (body: string, routeKind = "post-call", options?: DeliveredOptions) =>
  readPayload(delivered(body, options), routeKind);

describe("encodings", () => {
  test.each([["application/json"], ["application/json; charset=utf-8"], ["text/plain"], [formType], [""]])(
    "W01: a body that starts with a brace is JSON, whatever its content type says (%s)",
    (contentType) => {
      expect(read(readFixture("post-call.json"), "post-call", { contentType })).toMatchObject({ callId });
    },
  );

  test.each([[formType], [`${formType}; charset=utf-8`], ["text/plain"], [""]])(
    "W01: any other body is a form (%s)",
    (contentType) => {
      const payload = read(readFixture("post-call-form.txt"), "post-call", { contentType });
      expect(payload).toMatchObject({ callId, fields: { answered: "false", callername: "JANE DOE" } });
    },
  );

  test.each([
    ["a byte order mark", `\ufeff${readFixture("post-call.json")}`],
    ["white space around it", `\r\n\t ${readFixture("post-call.json")}\n\n`],
  ])("W01: JSON with %s is read", (_title, body) => {
    expect(read(body, "post-call", { contentType: "" })).toMatchObject({ callId });
  });

  test("W01: letters beyond ASCII survive", () => {
    expect(read(readFixture("c1-missed-call.txt"))).toMatchObject({ fields: { customer_name: "JOSÉ NUÑEZ" } });
  });

  test.each([
    ["nothing", "", ""],
    ["white space", " \n", "application/json"],
    ["half an object", '{"id":1', "application/json"],
    ["a list", "[]", "application/json"],
    ["null", "null", "application/json"],
    ["text", '"CAL1"', "application/json"],
    ["a form that is called JSON", "id=1", "application/json"],
  ])("S06: %s is refused as a payload", (_title, body, contentType) => {
    expect(() => read(body, "post-call", { contentType })).toThrow(PayloadError);
    expect(() => read(body, "", { contentType })).toThrow(PayloadError);
  });

  test("S06: a form of thousands of fields is refused as a payload", () => {
    expect(() => read("a=1&".repeat(2001), "", { contentType: formType })).toThrow(PayloadError);
  });
});

describe("ids", () => {
  test.each([
    ["resource_id before id", { resource_id: callId, id: 7 }, callId],
    ["id in the API's form", { resource_id: undefined, id: callId }, callId],
    ["id beside an empty resource_id", { resource_id: "", id: callId }, callId],
    ["the older number", { resource_id: undefined, id: 766970532 }, "766970532"],
    ["the older number beside a null", { resource_id: null, id: 766970532 }, "766970532"],
    ["the older number as text", { resource_id: undefined, id: "766970532" }, "766970532"],
  ])("E15: a call is known by %s", (_title, ids, expected) => {
    expect(read(fixtureWith("post-call.json", ids))).toMatchObject({ callId: expected });
  });

  test.each([
    ["no id", undefined],
    ["null", null],
    ["an empty id", ""],
    ["zero", 0],
    ["a number too large to be exact", 2 ** 53],
    ["a fraction", 1.5],
    ["an object", {}],
    ["a person's id", "PER2222222222222222222222222222abcd"],
  ])("S06: a call with %s is refused on its own address and kept on the one for all", (_title, id) => {
    const body = fixtureWith("post-call.json", { resource_id: undefined, id });
    expect(() => read(body)).toThrow(PayloadError);
    expect(read(body, "")).toEqual({ kind: "unknown" });
  });

  test("S06: a resource that is no call is not known by its number", () => {
    const body = fixtureWith("post-call.json", { resource_id: "SCI0c14896aa1b64fb970ab62aaf4fbefd9", id: 7 });
    expect(() => read(body)).toThrow(PayloadError);
    expect(read(body, "")).toEqual({ kind: "unknown" });
  });

  test("S11: the refusal of a payload quotes nothing of it", () => {
    expect(() => read('{"customer_phone_number":"+14045550123"}')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining("404") as string }),
    );
  });
});

describe("members of a wrong type", () => {
  const odd: readonly unknown[] = [null, "", 7, -1, 1.5, true, [], [[]], [null], {}, { name: 1 }, "x".repeat(10_000)];
  const names = Object.keys(JSON.parse(fixtureWith("call-modified.json")) as object);

  test.each(names.filter((name) => name !== "resource_id" && name !== "id"))(
    "S06: %s of any type does not cost the rest of the call",
    (name) => {
      for (const value of odd) {
        expect(read(fixtureWith("call-modified.json", { [name]: value }), "call-modified")).toMatchObject({ callId });
      }
    },
  );

  test("S06: what is of a wrong type says nothing, and its neighbours stay as they are", () => {
    const body = `{"resource_id":"${callId}","company_id":1e999,"answered":1,"changes":{},"source":7,"custom":[],
      "voice_assist_message":[],"conversational_transcript":{},"value":25,"tags":["Sales"],"note":null,"unknown":1}`;
    expect(read(body)).toMatchObject({
      fields: {
        company_id: undefined,
        answered: undefined,
        changes: undefined,
        source: undefined,
        custom: undefined,
        voice_assist_message: undefined,
        conversational_transcript: undefined,
        value: 25,
        tags: ["Sales"],
        note: null,
      },
    });
  });

  test("S06: odd turns and answers do not cost the others", () => {
    const turns = [null, 7, "Hello.", {}, { speaker: 1, phrase: [] }, { speaker: "agent", phrase: "Hello.", start: 1 }];
    const payload = read(fixtureWith("post-call.json", { conversational_transcript: turns }));
    expect(payload).toMatchObject({ fields: { conversational_transcript: { 5: { phrase: "Hello." } } } });
  });

  test("S06: a field named __proto__ is only a field", () => {
    const body = `{"__proto__":{"id":5},"resource_id":"${callId}","custom":{"__proto__":{"a":1}}}`;
    expect(read(body)).toMatchObject({ callId });
    expect(read(`__proto__=1&resource_id=${callId}`, "post-call", { contentType: formType })).toMatchObject({ callId });
    expect(({} as { a?: unknown }).a).toBeUndefined();
  });
});

describe("kinds", () => {
  const atOnce = { receivedAtMs: startedAtMs + 800 };
  const kind = (body: string, options?: DeliveredOptions, routeKind = "") => read(body, routeKind, options).kind;

  test.each([
    "pre-call",
    "routing-complete",
    "post-call",
    "call-modified",
    "outbound-post-call",
    "outbound-call-modified",
  ])("W01-W04: a call on the address of %s is that, whatever it looks like", (routeKind) => {
    expect(kind(readFixture("pre-call.json"), atOnce, routeKind)).toBe(routeKind);
    expect(kind(readFixture("call-modified.json"), undefined, routeKind)).toBe(routeKind);
  });

  test.each([
    ["pre-call", "pre-call.json", atOnce],
    ["routing-complete", "routing-complete.json", atOnce],
    ["post-call", "post-call.json", undefined],
    ["call-modified", "call-modified.json", undefined],
    ["outbound-post-call", "outbound-post-call.json", undefined],
    ["message.sent", "text-sent.json", undefined],
    ["message.received", "c3-text.txt", undefined],
    ["form.submitted", "form-submission.json", undefined],
    ["analysis.ready", "convert-assist.json", undefined],
    ["voice-assist-answered", "voice-assist.json", undefined],
  ] as const)("E01: the address for all tells %s by its fields", (expected, name, options) => {
    expect(kind(readFixture(name), options)).toBe(expected);
  });

  test.each([
    ["text-sent.json", "message.sent"],
    ["form-submission.json", "form.submitted"],
    ["convert-assist.json", "analysis.ready"],
    ["voice-assist.json", "voice-assist-answered"],
  ] as const)("E01: %s on a call's address does not become a call", (name, expected) => {
    expect(kind(readFixture(name), undefined, "post-call")).toBe(expected);
  });

  test.each([
    ["message.received", "c3-text.txt", "message.received"],
    ["message.sent", "c3-text.txt", "message.sent"],
    ["message.received", "text-sent.json", "message.received"],
    ["form.submitted", "text-sent.json", "message.sent"],
  ] as const)("E01: a text on the address of %s (%s) is %s", (routeKind, name, expected) => {
    expect(kind(readFixture(name), undefined, routeKind)).toBe(expected);
  });

  test("E01: a call that names a call_id as well is still a call", () => {
    expect(kind(fixtureWith("post-call.json", { call_id: callId, id: undefined }))).toBe("post-call");
    expect(kind(fixtureWith("post-call.json", { call_id: callId, resource_id: undefined }))).toBe("post-call");
  });

  test("E01: a call on a text's address is still a call", () => {
    expect(kind(readFixture("post-call.json"), undefined, "message.received")).toBe("post-call");
  });

  test("E01: outbound changes are told where CallRail names them", () => {
    expect(kind(fixtureWith("outbound-post-call.json", { changes: ["note"] }))).toBe("outbound-call-modified");
  });

  test.each([[null], [""], [undefined]])("E01: changes of %j are none", (changes) => {
    expect(kind(fixtureWith("post-call.json", { changes }))).toBe("post-call");
  });

  test.each([[["spam"]], [[]], ["tags"]])("W03: changes of %j are a modification", (changes) => {
    expect(kind(fixtureWith("post-call.json", { changes }))).toBe("call-modified");
  });

  test.each([
    ["an empty object", "{}"],
    ["an object without an id", '{"event":"new"}'],
    ["an id and nothing of a call", '{"id":5,"status":"new"}'],
    ["a form of something else", "hello=1"],
  ])("E01: %s is kept as unknown", (_title, body) => {
    expect(kind(body, { contentType: "" })).toBe("unknown");
  });
});

describe("the address for all, before and after a call", () => {
  const kind = (changes: { readonly [name: string]: unknown }, afterMs: number) =>
    read(fixtureWith("pre-call.json", changes), "", { receivedAtMs: startedAtMs + afterMs }).kind;

  test.each([
    ["at once", 0, "pre-call"],
    ["by a clock that is behind", -5000, "pre-call"],
    ["just within a minute", 59_999, "pre-call"],
    ["after a minute", 60_000, "post-call"],
    ["after twenty minutes", 1_200_000, "post-call"],
  ])("W02: a placeholder that arrives %s is %s", (_title, afterMs, expected) => {
    expect(kind({}, afterMs)).toBe(expected);
  });

  test.each([
    ["with older names only", { start_time: undefined, timestamp: undefined, datetime: "2026-11-19 17:04:05" }],
    ["with the time of the event alone", { start_time: undefined }],
    ["without any time", { start_time: undefined, timestamp: undefined }],
    ["without a type", { call_type: undefined }],
    ["without a duration", { duration: undefined }],
    ["with an empty duration", { duration: "" }],
    ["with values as a form writes them", { answered: "false", voicemail: "false", duration: "0" }],
  ])("W02: a placeholder %s is a ringing call", (_title, changes) => {
    expect(kind(changes, 800)).toBe("pre-call");
  });

  test.each([
    ["is answered", { answered: true }],
    ["has reached a number", { business_phone_number: "+14045550000" }],
    ["is in progress", { call_type: "in_progress" }],
  ])("W04: an early placeholder that %s has been routed", (_title, changes) => {
    expect(kind(changes, 9000)).toBe("routing-complete");
  });

  test("W04: a call in progress is routed, however late", () => {
    expect(kind({ call_type: "in_progress", answered: true }, 900_000)).toBe("routing-complete");
  });

  test.each([
    ["has lasted", { duration: "13" }],
    ["went to voicemail", { voicemail: true }],
    ["is typed as voicemail", { call_type: "voicemail" }],
    ["was abandoned", { call_type: "abandoned" }],
    ["was recorded", { recording: "https://app.callrail.com/calls/1/recording" }],
    ["was written down", { transcription: "Hello." }],
  ])("W01: an early report of a call that %s is final", (_title, changes) => {
    expect(kind(changes, 800)).toBe("post-call");
  });
});
