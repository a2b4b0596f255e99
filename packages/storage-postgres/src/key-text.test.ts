import { expect, test } from "vitest";
import { fromKeyText, keyText } from "./key-text.ts";
import { packed } from "./packed.ts";

const awkward = ["", '"', '""', "\n", "\u0000", "\u0001", "\ud800", "a\udc00", "💥", '"quoted"', "plain", "a\\b"];

test("different text stays different, and comes back as it was", () => {
  const keys = awkward.map(keyText);
  expect(new Set(keys).size).toBe(awkward.length);
  expect(keys.map(fromKeyText)).toEqual(awkward);
});

test("no key has what separates packed values, or what PostgreSQL refuses", () => {
  for (const text of awkward) {
    const key = keyText(text);
    expect(key.isWellFormed()).toBe(true);
    expect(Array.from(key).every((character) => character >= " ")).toBe(true);
    expect(key).not.toBe("");
  }
});

test("plain text stays as people read it", () => {
  expect(keyText("call_twilio_CA1 é")).toBe("call_twilio_CA1 é");
});

test("packed values tell null from every text", () => {
  expect(packed(["a", null, 1])).toBe("a\n\u0001\n1");
});
