import { createOffhook, memoryStorage, type InboundAnswer, type JsonValue } from "@offhook/core";
import { retellSamples, signSample } from "@offhook/testing";
import { describe, expect, test } from "vitest";
import { fixture, translate } from "./fixtures/translated.ts";
import { retell } from "./provider.ts";

function replyTo(answer: InboundAnswer | undefined): JsonValue {
  const reply = translate(fixture("call_inbound.json")).question?.reply(answer);
  expect(reply?.contentType).toBe("application/json");
  return JSON.parse(reply?.body ?? "") as JsonValue;
}

describe("the question before an inbound call", () => {
  test("E06: asks with both numbers and the configured agent, and is a ringing call", () => {
    const { kind, events, question } = translate(fixture("call_inbound.json"));
    const from = { e164: "+14155550199", raw: "+14155550199" };
    const to = { e164: "+14155550100", raw: "+14155550100" };
    const references = [{ provider: "retell", id: "call_test_2", kind: "session" }];
    expect(kind).toBe("call_inbound");
    expect(question).toMatchObject({ from, to, agentId: "agent_1", references });
    expect(events).toEqual([
      {
        type: "call.ringing",
        occurredAt: null,
        references,
        facts: { status: "ringing", direction: "inbound", from, to, agent: { id: "agent_1", kind: "ai" } },
      },
    ]);
  });

  test("E06: has the time that some requests carry", () => {
    const body = '{"event":"call_inbound","call_inbound":{"call_id":"c"},"event_timestamp":1790000000000}';
    expect(translate(body).events[0]?.occurredAt).toBe("2026-09-21T14:13:20.000Z");
  });

  test.each([
    '{"event":"call_inbound","call_inbound":{"from_number":"+14155550199","to_number":"+14155550100"}}',
    '{"event":"call_inbound","call_inbound":{"call_id":"","agent_id":""}}',
    '{"event":"call_inbound","call_inbound":{"call_id":7}}',
    '{"event":"call_inbound","call_inbound":null}',
    '{"event":"call_inbound"}',
  ])("E06: without a call id it is still answered: %s", (body) => {
    const { events, question } = translate(body);
    expect(events).toEqual([]);
    expect(question).toMatchObject({ agentId: null, references: [] });
    expect(question?.reply(undefined).body).toBe('{"call_inbound":{}}');
  });

  test("E06: no answer leaves everything as the number is configured", () => {
    expect(replyTo(undefined)).toEqual({ call_inbound: {} });
    expect(replyTo({})).toEqual({ call_inbound: {} });
    expect(replyTo({ reject: false, twiml: "<Response/>" })).toEqual({ call_inbound: {} });
  });

  test("E06: another agent, variables as texts, metadata and overrides are answered in Retell's words", () => {
    const answer: InboundAnswer = {
      agentId: "agent_2",
      variables: { name: "Ana", visits: 3, vip: true },
      metadata: { crm_id: "77", tags: ["a"] },
      overrides: { agent: { voice_id: "v" }, retell_llm: { model_temperature: 0.2 } },
    };
    expect(replyTo(answer)).toEqual({
      call_inbound: {
        override_agent_id: "agent_2",
        dynamic_variables: { name: "Ana", visits: "3", vip: "true" },
        metadata: { crm_id: "77", tags: ["a"] },
        agent_override: { agent: { voice_id: "v" }, retell_llm: { model_temperature: 0.2 } },
      },
    });
  });

  test("E06: a rejection names no agent that could take the call", () => {
    expect(replyTo({ reject: true, agentId: "agent_2", overrides: { agent: {} }, metadata: { why: "spam" } })).toEqual({
      call_inbound: { reject: true, metadata: { why: "spam" } },
    });
  });

  test("E06: a variable may have any name", () => {
    const variables = JSON.parse('{"__proto__":"x"}') as { [name: string]: string };
    const body = translate(fixture("call_inbound.json")).question?.reply({ variables }).body;
    expect(body).toBe('{"call_inbound":{"dynamic_variables":{"__proto__":"x"}}}');
  });

  test("E06: an inbound SMS is kept and gets an empty answer", () => {
    expect(translate(fixture("chat_inbound.json"))).toEqual({
      kind: "chat_inbound",
      events: [],
      reply: { contentType: "application/json", body: '{"chat_inbound":{}}' },
    });
  });
});

describe("through the receiver", () => {
  const provider = retell({ apiKey: "key_offhook_test_abcdef0123456789" });
  const questions = retellSamples().filter(({ name }) => name.startsWith("call_inbound"));

  test.each(questions)("E06: $name is answered with 200 and what the app decides, also on a retry", async (sample) => {
    const nowMs = Date.UTC(2026, 10, 20, 12);
    const offhook = createOffhook({
      providers: [provider],
      storage: memoryStorage(),
      now: () => nowMs,
      runJobs: false,
      onInbound: ({ from }) => ({ variables: { caller: from?.e164 ?? "unknown" } }),
    });
    for (const attempt of [0, 1]) {
      const answer = await offhook.handle(await signSample(provider, sample, { nowMs: nowMs + attempt }));
      expect([answer.status, JSON.parse(answer.body)]).toEqual([
        200,
        { call_inbound: { dynamic_variables: { caller: "+14155550199" } } },
      ]);
    }
    const calls = (await offhook.calls.list()).data;
    expect(calls.map((call) => call.status)).toEqual(sample.mapped ? ["ringing"] : []);
  });

  test("E06: an app that throws or is late never keeps the caller waiting for an error", async () => {
    const [sample] = questions;
    if (sample === undefined) throw new Error("expected a sample, got none");
    for (const onInbound of [
      () => {
        throw new Error("database down");
      },
      () => new Promise<undefined>(() => undefined),
    ]) {
      const offhook = createOffhook({
        providers: [provider],
        storage: memoryStorage(),
        runJobs: false,
        logger: { error: () => undefined, warn: () => undefined, info: () => undefined },
        onInbound,
        inboundTimeoutMs: 20,
      });
      const answer = await offhook.handle(await signSample(provider, sample));
      expect([answer.status, answer.body]).toEqual([200, '{"call_inbound":{}}']);
    }
  });

  test("D04: a call of two hours with the times of every word fits", async () => {
    const words = Array.from({ length: 60_000 }, (_, at) => ({
      word: "appointment",
      start: at * 0.12,
      end: at * 0.12 + 0.1,
    }));
    const call = { call_id: "call_long", transcript_object: [{ role: "user", content: "…", words }] };
    const body = JSON.stringify({ event: "call_ended", call });
    expect(body.length).toBeGreaterThan(3 * 1024 * 1024);
    const [first] = questions;
    if (first === undefined) throw new Error("expected a sample, got none");
    const offhook = createOffhook({ providers: [provider], storage: memoryStorage(), runJobs: false });
    const answer = await offhook.handle(await signSample(provider, { ...first, body }));
    expect(answer.status).toBe(200);
    expect((await offhook.calls.list()).data).toHaveLength(1);
  });
});
