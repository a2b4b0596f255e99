import { describe, expect, test } from "vitest";
import { saysTheSame } from "./says-the-same.ts";

describe("another writing of a request target", () => {
  test.each([
    { target: "/twilio", seen: "/twilio" },
    { target: "/twilio/", seen: "/twilio" },
    { target: "/base/twilio", seen: "/twilio" },
    { target: "/twilio?", seen: "/twilio" },
    { target: "/twilio?q=a%20b&m=~&f", seen: "/twilio?q=a+b&m=%7E&f=" },
    { target: "/twilio?a=1&b=2&a=3", seen: "/twilio?a=1&a=3&b=2" },
    { target: "/twilio?b=2&1=x", seen: "/twilio?1=x&b=2" },
    { target: "/twilio?q=%ff&p=%zz", seen: "/twilio?q=%EF%BF%BD&p=%25zz" },
  ])("$target is what Next calls $seen", ({ target, seen }) => {
    expect(saysTheSame(target, seen)).toBe(true);
  });

  test.each([
    { target: "/twilio", seen: "/retell" },
    { target: "/lio", seen: "/twilio" },
    { target: "/twilio?a=1", seen: "/twilio" },
    { target: "/twilio", seen: "/twilio?a=1" },
    { target: "/twilio?a=1", seen: "/twilio?a=2" },
    { target: "/twilio?a=1&a=1", seen: "/twilio?a=1" },
    { target: "/twilio?a=1,2", seen: "/twilio?a=1&2=" },
  ])("$target is not what Next calls $seen", ({ target, seen }) => {
    expect(saysTheSame(target, seen)).toBe(false);
  });

  test("may have fields that the parameters of the route have put out", () => {
    const parameters = { path: ["twilio"], a: "1" };
    expect(saysTheSame("/twilio?path=x&a=1", "/twilio?a=1", parameters)).toBe(true);
    expect(saysTheSame("/twilio?path=x&a=2", "/twilio?a=1", parameters)).toBe(false);
  });
});
