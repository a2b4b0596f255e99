import fc from "fast-check";
import { expect, test } from "vitest";
import { normalizePhone } from "./phone.ts";

test.each([
  ["+14155550100", "+14155550100"],
  ["4155550100", "+14155550100"],
  ["14155550100", "+14155550100"],
  ["(415) 555-0100", "+14155550100"],
  ["415.555.0100", "+14155550100"],
  ["555-0123", null],
  ["client:ana", null],
  ["anonymous", null],
  ["+", null],
  ["0", null],
])("%s", (raw, e164) => {
  expect(normalizePhone(raw)).toEqual({ e164, raw });
});

test("numbers are read by the rules of the default country", () => {
  expect(normalizePhone("030 901820", { defaultCountry: "DE" })?.e164).toBe("+4930901820");
  expect(normalizePhone("+49 30 901820", { defaultCountry: "US" })?.e164).toBe("+4930901820");
  expect(normalizePhone("4155550100", { defaultCountry: "nowhere" })?.e164).toBeNull();
});

test("nothing is no number", () => {
  for (const raw of ["", null, undefined]) expect(normalizePhone(raw)).toBeNull();
});

test("never throws, keeps what was written, and gives E.164 or null", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1, unit: "binary" }), (raw) => {
      const phone = normalizePhone(raw);
      expect(phone?.raw).toBe(raw);
      expect(phone?.e164 === null || /^\+[1-9]\d{6,14}$/.test(phone?.e164 ?? "")).toBe(true);
    }),
  );
});
