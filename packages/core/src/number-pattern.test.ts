import { expect, test } from "vitest";
import { numberPattern } from "./number-pattern.ts";

test.each([
  "From=%2B14155550123&To=x",
  '{"from":"+14155550123"}',
  '{"from":4155550123}',
  "call (415) 555-0123 now",
  "phone=415+555+0123",
  "phone=%28415%29%20555-0123",
  "1-415-555-0123",
  "001 415 555 0123",
  "01114155550123",
  "415\t555\t0123",
  "phone=415%09555%090123",
  "415\u2011555\u20130123",
  '"415\\/555\\/0123"',
])("a number is found as %s", (text) => {
  expect(numberPattern("+14155550123").test(text)).toBe(true);
});

test.each(["+14155550124", "94155550123", "41555501234", "+24155550123x", "5550123", "id=0414155550123"])(
  "another number is not: %s",
  (text) => {
    expect(numberPattern("+14155550123").test(text)).toBe(false);
  },
);

test.each(["+49 30 1234567", "030 1234567", "0049301234567", "+49 (0)30 1234567", "%2B49301234567"])(
  "numbers of countries with a trunk prefix are found as %s",
  (text) => {
    expect(numberPattern("+49301234567").test(text)).toBe(true);
  },
);

test("a short national number is found only with its country code", () => {
  const pattern = numberPattern("+6834567");
  expect(pattern.test('{"durationMs":4567}')).toBe(false);
  expect(pattern.test("From=%2B6834567")).toBe(true);
  expect(pattern.test("00683 4567")).toBe(true);
});

test("a long run of separators is no reason to fail", () => {
  expect(numberPattern("+14155550123").test(`4${" ".repeat(1_000_000)}155550123`)).toBe(false);
});
