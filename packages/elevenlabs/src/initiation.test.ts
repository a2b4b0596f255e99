import { describe, expect, test } from "vitest";
import type { InboundAnswer } from "@offhook/core";
import { fixtureWith, toBytes, type Members } from "./fixtures/index.ts";
import { toQuestion } from "./initiation.ts";
import { readInitiation } from "./payload.ts";

const ask = (changes: Members = {}) => toQuestion(readInitiation(toBytes(fixtureWith("initiation.json", changes))));
const replyTo = (answer: InboundAnswer | undefined, changes: Members = {}): unknown =>
  JSON.parse(ask(changes).question?.reply(answer).body ?? "");

describe("the initiation webhook", () => {
  test("asks about a ringing call that is joined with its carrier's", () => {
    const { kind, events, question } = ask();
    expect(kind).toBe("conversation_initiation");
    const references = [
      { provider: "elevenlabs", id: "conv_1", kind: "session" },
      { provider: "twilio", id: "CA0123456789abcdef0123456789abcdef", kind: "leg" },
    ];
    const from = { e164: "+14155550199", raw: "+14155550199" };
    const to = { e164: "+14155550100", raw: "+14155550100" };
    expect(events).toEqual([
      {
        type: "call.ringing",
        occurredAt: null,
        references,
        facts: { status: "ringing", from, to, agent: { id: "agent_1", name: null, kind: "ai" } },
      },
    ]);
    expect(question).toMatchObject({ from, to, agentId: "agent_1", references });
  });

  test("on a SIP trunk the dialog names the call", () => {
    const call = { call_sid: "SCL_1", conversation_id: undefined, call_id: "a84b4c76e667@192.0.2.7" };
    expect(ask(call).events[0]?.references).toEqual([
      { provider: "elevenlabs", id: "sip:a84b4c76e667@192.0.2.7", kind: "session" },
    ]);
  });

  test("a message names no call, and is answered all the same", () => {
    const { events, question } = ask({ call_sid: "", conversation_id: undefined });
    expect(events).toEqual([]);
    expect(question?.reply(undefined).body).toBe(
      '{"type":"conversation_initiation_client_data","dynamic_variables":{}}',
    );
  });

  test("trap 11: without an answer the reply changes nothing and is no acknowledgement", () => {
    const reply = ask().question?.reply(undefined);
    expect(reply).toEqual({
      contentType: "application/json; charset=utf-8",
      body: '{"type":"conversation_initiation_client_data","dynamic_variables":{}}',
    });
    expect(replyTo({})).toEqual({ type: "conversation_initiation_client_data", dynamic_variables: {} });
  });

  test("variables, metadata and overrides are given in the vendor's format", () => {
    const answer: InboundAnswer = {
      variables: { customer_name: "Ana", is_vip: true, system__agent_id: "x" },
      metadata: { user_id: "crm-77", customer_name: "overruled", order: 12, nested: { not: "possible" } },
      overrides: {
        agent: { first_message: "Hi Ana", language: "en" },
        tts: { voice_id: "v1" },
        environment: "staging",
      },
    };
    expect(replyTo(answer)).toEqual({
      type: "conversation_initiation_client_data",
      dynamic_variables: { customer_name: "Ana", is_vip: true, order: 12 },
      conversation_config_override: { agent: { first_message: "Hi Ana", language: "en" }, tts: { voice_id: "v1" } },
      user_id: "crm-77",
      environment: "staging",
    });
  });

  test("what ElevenLabs cannot do is left out of the reply", () => {
    expect(replyTo({ reject: true, agentId: "agent_2", twiml: "<Response/>" })).toEqual(replyTo(undefined));
  });
});
