import { describe, expect, test } from "vitest";
import { factsOf } from "./fixtures/translating.ts";

describe("the transcript", () => {
  test("A15 trap 16: turns without a message are dropped, odd ones read as far as they go", () => {
    const transcript = [
      { role: "agent", message: "Hello", time_in_call_secs: 0.0, tool_calls: null, tool_results: null },
      { role: "agent", message: null, time_in_call_secs: 2, tool_results: "?" },
      { role: "user", message: "Grüße 📞", time_in_call_secs: 4.25 },
      { role: "user", message: "  ", time_in_call_secs: 5 },
      { role: "supervisor", message: "Hm", time_in_call_secs: -1 },
      { role: 7, message: { text: "no" } },
      null,
      "text",
      [],
    ];
    expect(factsOf({ transcript }).transcript).toEqual({
      text: "Agent: Hello\nCustomer: Grüße 📞\nOther: Hm",
      turns: [
        { role: "agent", text: "Hello", startSeconds: 0, endSeconds: null },
        { role: "customer", text: "Grüße 📞", startSeconds: 4.25, endSeconds: null },
        { role: "other", text: "Hm", startSeconds: null, endSeconds: null },
      ],
    });
  });

  test.each([[undefined], [null], [[]], [{}], ["text"], [[{ role: "agent", message: null }]]])(
    "trap 17: a transcript of %j is no transcript",
    (transcript) => {
      expect(factsOf({ transcript }).transcript).toBeNull();
    },
  );
});
