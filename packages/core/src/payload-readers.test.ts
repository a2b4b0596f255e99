import { describe, expect, test } from "vitest";
import { payloadReaders } from "./payload-readers.ts";

const { text, number, textOrNumber, flag, anything, list, object, members, identified } = payloadReaders(null);

describe("one value", () => {
  test.each([
    ["text", text, "", ""],
    ["text", text, 7, null],
    ["number", number, -0.5, -0.5],
    ["number", number, "7", null],
    ["number", number, JSON.parse("1e999"), null],
    ["textOrNumber", textOrNumber, "7", "7"],
    ["textOrNumber", textOrNumber, 7, 7],
    ["textOrNumber", textOrNumber, Infinity, null],
    ["flag", flag, false, false],
    ["flag", flag, "true", null],
    ["anything", anything, [{}], [{}]],
  ] as const)("S06: %s reads %#", (_name, read, value, expected) => {
    expect(read(value)).toEqual(expected);
  });

  test("S06: what cannot be read is what was asked for, and null is null", () => {
    const loose = payloadReaders(undefined);
    for (const read of [loose.text, loose.number, loose.flag, loose.textOrNumber, loose.list(text), loose.object({})]) {
      expect(read(Symbol.iterator)).toBeUndefined();
      expect(read(null)).toBeNull();
    }
  });
});

describe("objects", () => {
  const read = object({ id: text, cost: object({ cents: number }), turns: list(object({ said: text })) });

  test("S06: have the members that are named, each as far as it can be read", () => {
    const sent = { id: 7, cost: { cents: 3, currency: "USD" }, turns: [{ said: "hi" }, 7, null], other: true };
    expect(read(sent)).toStrictEqual({ id: null, cost: { cents: 3 }, turns: [{ said: "hi" }, null, null] });
  });

  test("S06: lack what was not sent", () => {
    expect(read({ cost: null })).toStrictEqual({ cost: null });
  });

  test.each([[[]], ["text"], [7], [true]])("S06: %j is none", (value) => {
    expect(read(value)).toBeNull();
  });

  test("S06: take nothing from a member named __proto__", () => {
    expect(read(JSON.parse('{"__proto__":{"id":"evil"}}'))).toStrictEqual({});
  });

  test("are read without a question when they are known to be objects", () => {
    expect(members({ id: text })({ id: "a", more: 1 })).toStrictEqual({ id: "a" });
  });
});

test("S06: a record without an id of its own is none, and nothing else costs it", () => {
  const read = identified("id", (id) => id !== "", { note: text });
  expect(read({ id: "a", note: 7, more: 1 })).toStrictEqual({ id: "a", note: null });
  for (const value of [{}, { id: "" }, { id: 7 }, { id: null }, [], null, "a"]) expect(read(value)).toBeUndefined();
});
