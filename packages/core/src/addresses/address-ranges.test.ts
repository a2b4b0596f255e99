import { describe, expect, test } from "vitest";
import { addressRanges } from "./address-ranges.ts";

describe("S07: ranges of addresses", () => {
  test.each([
    ["192.0.2.1", "192.0.2.1"],
    ["192.0.2.0/24", "192.0.2.255"],
    ["192.0.2.77/24", "192.0.2.1"],
    ["0.0.0.0/0", "203.0.113.9"],
    ["192.0.2.0/24", "::ffff:192.0.2.9"],
    ["192.0.2.0/24", "::ffff:c000:209"],
    ["::ffff:192.0.2.0/120", "192.0.2.9"],
    ["2001:db8::/32", "2001:db8:1::2"],
    ["2001:DB8::1", "2001:db8:0:0:0:0:0:1"],
    [" 192.0.2.1 ", "192.0.2.1"],
  ])("%s has %s", (range, address) => {
    expect(addressRanges([range])(address)).toBe(true);
    expect(addressRanges(["198.51.100.1", range])(address)).toBe(true);
  });

  test.each([
    ["192.0.2.1", "192.0.2.2"],
    ["192.0.2.0/24", "192.0.3.0"],
    ["0.0.0.0/0", "2001:db8::1"],
    ["::/0", "192.0.2.1"],
    ["2001:db8::/32", "2001:db9::1"],
    ["10.0.0.0/8", "10.1"],
    ["10.0.0.0/8", "010.0.0.1"],
    ["10.0.0.0/8", "0x0a.0.0.1"],
    ["10.0.0.0/8", "167772161"],
    ["10.0.0.0/8", "10.0.0.1, 10.0.0.2"],
    ["10.0.0.0/8", ""],
    ["10.0.0.0/8", "unknown"],
    ["fe80::/10", "not:an:address"],
  ])("%s has no %j", (range, address) => {
    expect(addressRanges([range])(address)).toBe(false);
  });

  test.each([
    "",
    "localhost",
    "192.0.2.1/33",
    "192.0.2.1/",
    "192.0.2/24",
    "2001:db8::/129",
    "1",
    "::ffff:192.0.2.0/90",
  ])("%j is none", (range) => {
    expect(() => addressRanges([range])).toThrow(expect.objectContaining({ code: "option_invalid" }));
  });

  test("an empty list is refused: it would allow nobody", () => {
    expect(() => addressRanges([])).toThrow(expect.objectContaining({ code: "option_invalid" }));
  });
});
