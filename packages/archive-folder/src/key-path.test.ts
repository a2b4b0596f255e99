import { ConfigurationError } from "@offhook/core";
import { expect, test } from "vitest";
import { namesOf } from "./key-path.ts";

test.each([
  ["RE1", ["RE1"]],
  ["default/twilio/RE1.mp3", ["default", "twilio", "RE1.mp3"]],
  ["a..b/.c/-", ["a..b", ".c", "-"]],
])("%s is a key", (key, names) => {
  expect(namesOf(key)).toEqual(names);
});

test.each([
  "",
  "/",
  "/etc/passwd",
  "a/",
  "a//b",
  ".",
  "..",
  "a/../b",
  "../../etc/passwd",
  "a/./b",
  "a/...",
  "a\\b",
  "C:\\a",
  "C:a",
  "a b",
  "a\n",
  "a\0b",
  "a+b",
  "a%2fb",
  "~root",
  "ä",
  "x".repeat(501),
])("%j is no key", (key) => {
  expect(() => namesOf(key)).toThrow(ConfigurationError);
});

test("no name is longer than file systems allow, and no two keys lead to one place", () => {
  const keys = ["x".repeat(500), "x".repeat(200), "x".repeat(201), `${"x".repeat(200)}/x`, `${"x".repeat(199)}./x`];
  const paths = keys.map((key) => namesOf(key));
  expect(Math.max(...paths.flat().map((name) => name.length))).toBeLessThan(220);
  expect(new Set(paths.map((names) => names.join("/"))).size).toBe(keys.length);
});
