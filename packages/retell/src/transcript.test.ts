import { describe, expect, test } from "vitest";
import { factsOf } from "./fixtures/translated.ts";

describe("transcripts", () => {
  const transcriptOf = (call: object) => factsOf("call_ended", call).transcript;

  test("A15: a third speaker is another role, and words without times give none", () => {
    expect(
      transcriptOf({
        transcript_object: [
          { role: "agent", content: "One moment", words: [{ word: "One" }, { word: "moment", end: 2.5 }] },
          { role: "transfer_target", content: "Hello", words: [] },
          { role: "user", content: "Hi", words: [{ start: "1", end: -1 }] },
          { role: "user", content: "" },
          { role: "user" },
          null,
          "x",
        ],
      }),
    ).toEqual({
      text: "Agent: One moment\nTransfer target: Hello\nUser: Hi",
      turns: [
        { role: "agent", text: "One moment", startSeconds: null, endSeconds: 2.5 },
        { role: "other", text: "Hello", startSeconds: null, endSeconds: null },
        { role: "customer", text: "Hi", startSeconds: null, endSeconds: null },
      ],
    });
  });

  test("A15: text without turns is split at its speakers", () => {
    const text = "(music)\nAgent: Hello\nUser: Agent: is what they call me\nand so on\n\nAgent: \nUser: Bye";
    const turns = transcriptOf({ transcript: text, transcript_object: [] })?.turns;
    expect(turns?.map((turn) => [turn.role, turn.text])).toEqual([
      ["other", "(music)"],
      ["agent", "Hello"],
      ["customer", "Agent: is what they call me\nand so on"],
      ["customer", "Bye"],
    ]);
  });

  test("A15: no words are no transcript", () => {
    for (const transcript of ["", " \n", null, undefined, 7]) expect(transcriptOf({ transcript })).toBeNull();
  });
});
