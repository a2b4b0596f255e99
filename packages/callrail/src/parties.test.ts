import { describe, expect, test } from "vitest";
import { fixtureWith, readFixture } from "./fixtures/index.ts";
import { afterCall, eventOf } from "./fixtures/translated.ts";

describe("the people on a call, and where they came from", () => {
  test("W01: inbound calls go from the customer to the tracking number", () => {
    expect(afterCall()).toMatchObject({
      direction: "inbound",
      from: { e164: "+14045550123", raw: "+14045550123" },
      to: { e164: "+14045558514", raw: "+14045558514" },
      trackingNumber: { e164: "+14045558514" },
    });
  });

  test.each([
    ["null", null, null],
    ["empty", "", null],
    ["withheld", "anonymous", { e164: null, raw: "anonymous" }],
    ["in display format", "404-555-0123", { e164: "+14045550123", raw: "404-555-0123" }],
  ])("W01: a customer's number that is %s is what it is", (_title, number, expected) => {
    expect(afterCall({ customer_phone_number: number, callernum: undefined }).from).toEqual(expected);
  });

  test("W01: a national number is read in the account's country", () => {
    const facts = afterCall({ customer_phone_number: "020 7946 0018" }, { options: { defaultCountry: "GB" } });
    expect(facts.from?.e164).toBe("+442079460018");
  });

  test.each([
    ["the direction", { direction: "outbound" }, "post-call", "outbound"],
    ["the type", { direction: "", call_type: "outbound" }, "post-call", "outbound"],
    ["the event", { direction: undefined }, "outbound-post-call", "outbound"],
    ["the event, inbound", { direction: undefined }, "post-call", "inbound"],
  ])("W01: a call's direction comes from %s", (_title, changes, route, expected) => {
    expect(afterCall(changes, { route }).direction).toBe(expected);
  });

  test("E14: the customer is the lead", () => {
    const lead = {
      id: "PER2222222222222222222222222222abcd",
      name: "JANE DOE",
      city: "Atlanta",
      region: "GA",
      country: "US",
    };
    expect(afterCall().lead).toEqual(lead);
    expect(afterCall({ person_resource_id: "", person_id: 42 }).lead).toEqual({ ...lead, id: "42" });
  });

  test.each([
    ["WIRELESS CALLER", null],
    ["Wireless Caller", null],
    ["ATLANTA, GA", null],
    ["JANE DOE", "JANE DOE"],
    ["", null],
  ])("E14: a caller name of %j is %j, because carriers write places for people", (name, expected) => {
    expect(afterCall({ customer_name: name, callername: undefined }).lead?.name).toBe(expected);
  });

  test("W01: the person who took the call is its agent, unless the voice agent did", () => {
    expect(afterCall().agent).toEqual({ id: "agent@example.com", kind: "human" });
    expect(afterCall({ agent_email: null }).agent).toBeNull();
    expect(afterCall({ voice_assist_message: { contents: {} } }).agent).toEqual({
      id: "agent@example.com",
      kind: "human",
    });
    const message = { contents: { "What do you need?": "A plumber" }, overrides: null, urgency: "high" };
    expect(afterCall({ voice_assist_message: message })).toMatchObject({
      agent: { kind: "ai" },
      analysis: { data: { voice_assist_message: { "What do you need?": "A plumber" } } },
    });
  });

  test("E12: the marketing fields are the source", () => {
    expect(afterCall().source).toEqual({
      name: "Google Ads",
      medium: "CPC",
      campaign: "Spring",
      term: "dentist near me",
      content: "ad-1",
      referrer: "https://www.google.com/",
      landingPage: "https://www.example.com/?gclid=abc",
      gclid: "abc",
      fbclid: null,
      msclkid: null,
    });
    expect(eventOf(readFixture("pre-call.json"), { route: "pre-call" }).facts.source).toMatchObject({
      name: "Website",
      medium: null,
    });
  });

  test("E12: a call without marketing fields has no source", () => {
    const body = fixtureWith("pre-call.json", { source_name: "" });
    expect(eventOf(body, { route: "pre-call" }).facts.source).toBeNull();
  });
});
