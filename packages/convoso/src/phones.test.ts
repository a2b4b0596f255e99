import { describe, expect, test } from "vitest";
import { accountPhones } from "./phones.ts";

const read = accountPhones("US");

describe("numbers of an account in the United States", () => {
  test.each([
    ["6155550188", "+16155550188"],
    ["(615) 555-0188", "+16155550188"],
    ["615.555.0188", "+16155550188"],
    ["16155550188", "+16155550188"],
    ["1-615-555-0188", "+16155550188"],
    ["+16155550188", "+16155550188"],
    ["+1 (615) 555-0188", "+16155550188"],
    ["+44 20 7946 0958", "+442079460958"],
    ["011442079460958", "+442079460958"],
    ["6155550188 x12", "+16155550188"],
  ])("%s is %s", (raw, e164) => {
    expect(read(raw)).toEqual({ e164, raw });
  });

  test.each([
    "555-0123",
    "5550123",
    "+5550123",
    "+1234567890123456",
    "26155550188",
    "0000000000",
    "anonymous",
    "?",
    "<b>",
  ])("%s stays as it is (trap 14)", (raw) => {
    expect(read(raw)).toEqual({ e164: null, raw });
  });

  test("none is none", () => {
    expect(read(null)).toBeNull();
  });
});

describe("numbers with a country code in a field of its own", () => {
  test.each([
    ["6155550188", "1", "+16155550188"],
    ["7911123456", "44", "+447911123456"],
    ["07911 123456", "44", "+447911123456"],
    ["447911123456", "44", "+447911123456"],
    ["7911123456", "+44", "+447911123456"],
    ["7911123456", "044", "+447911123456"],
    ["612345678", "33", "+33612345678"],
    ["+16155550188", "44", "+16155550188"],
    ["6155550188", "", "+16155550188"],
    ["6155550188", "12345", "+16155550188"],
  ])("%s with code %j is %s", (raw, code, e164) => {
    expect(read(raw, code)).toEqual({ e164, raw });
  });

  test("a number too short for the country stays as it is", () => {
    expect(read("12", "44")).toEqual({ e164: null, raw: "12" });
  });
});

test("an account elsewhere reads its national numbers by its own country", () => {
  const british = accountPhones("GB");
  expect(british("07911 123456")).toEqual({ e164: "+447911123456", raw: "07911 123456" });
  expect(british("6155550188", "1")).toEqual({ e164: "+16155550188", raw: "6155550188" });
});
