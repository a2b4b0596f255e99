import { expect, test } from "vitest";
import { keyText } from "./key-text.ts";

test("ordinary text is its own key", () => {
  for (const text of ["", "default", "Müller & Söhne", "💥", 'say "a"', "a\\u0000"]) expect(keyText(text)).toBe(text);
});

test("text that UTF-8 or the driver would change has a key that survives, and that no other text has", () => {
  const texts = ["\u0000", "a\u0000b", "\ud800", "\udc00", "\ud801", '"', '"\\u0000"', '"\\ud800"', "\ufffd", "a"];
  const keys = texts.map(keyText);
  expect(new Set(keys).size).toBe(texts.length);
  for (const key of keys) {
    expect(new TextDecoder().decode(new TextEncoder().encode(key))).toBe(key);
    expect(key).not.toContain("\u0000");
  }
});
