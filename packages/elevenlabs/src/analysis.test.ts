import { describe, expect, test } from "vitest";
import type { ConversionOption } from "./conversation.ts";
import { fixtureWith } from "./fixtures/index.ts";
import { toTranslation } from "./events.ts";
import { readPayloads } from "./payload.ts";
import { factsOf } from "./fixtures/translating.ts";

describe("the analysis", () => {
  test.each([
    ["success", true],
    ["failure", false],
    ["unknown", null],
    [undefined, null],
  ])("trap 6: a verdict of %s is about the goal and changes no status", (call_successful, successful) => {
    expect(factsOf({ analysis: { call_successful } })).toMatchObject({ status: "completed", analysis: { successful } });
  });

  test("criteria and collected values are read from the lists where there are no maps", () => {
    const analysis = {
      evaluation_criteria_results: null,
      evaluation_criteria_results_list: [
        { criteria_id: "polite", result: "failure", rationale: 7 },
        { criteria_id: "quick", result: "maybe" },
        { result: "success" },
        null,
      ],
      data_collection_results: undefined,
      data_collection_results_list: [{ data_collection_id: "size", value: { adults: 2 } }, { value: 1 }],
    };
    expect(factsOf({ analysis }).analysis).toMatchObject({
      criteria: [
        { id: "polite", result: "failure", rationale: null },
        { id: "quick", result: "unknown", rationale: null },
      ],
      data: { size: { adults: 2 } },
    });
  });

  test("a collected value named __proto__ is a value like any other", () => {
    const body = JSON.stringify(fixtureWith("transcription.json")).replace('"callback_time":{', '"__proto__":{');
    const [event] = toTranslation(readPayloads(new TextEncoder().encode(body))).events;
    expect(JSON.stringify(event?.facts.analysis)).toContain('"data":{"__proto__":"tomorrow 10:00"}');
  });
});

describe("conversions", () => {
  test("E08: only a successful call is a conversion", () => {
    expect(factsOf({}).conversion).toEqual({ converted: true, reason: "call_successful" });
    expect(factsOf({ analysis: { call_successful: "failure" } }).conversion).toBeNull();
    expect(factsOf({ analysis: { call_successful: "unknown" } }).conversion).toBeNull();
    expect(factsOf({ analysis: null }).conversion).toBeUndefined();
  });

  test("E08: false turns the rule off", () => {
    expect(factsOf({}, false).conversion).toBeUndefined();
  });

  test("E08: a rule of one's own decides by what the analysis found, or says nothing", () => {
    const rule: ConversionOption = ({ agentId, conversationId, successful, criteria, data }) =>
      agentId === "agent_1" && conversationId === "conv_1" && successful !== null && criteria.length === 1
        ? data["callback_time"] !== undefined
        : undefined;
    expect(factsOf({}, rule).conversion).toEqual({ converted: true, reason: "conversion_rule" });
    const nothing = { callback_time: undefined };
    expect(factsOf({ analysis: { data_collection_results: nothing } }, rule).conversion).toEqual({
      converted: false,
      reason: "conversion_rule",
    });
    expect(factsOf({ agent_id: "agent_2" }, rule).conversion).toBeNull();
  });
});
