import { expect, test } from "vitest";
import { pathOf, queryOf, redactQuery, targetOf } from "./request-target.ts";

test.each([
  ["/a/b?c=%27'#d", "/a/b", "c=%27'", "/a/b?c=%27'"],
  ["https://x.test:8443/a?b", "/a", "b", "/a?b"],
  ["https://x.test", "/", "", "/"],
  ["https://x.test?b=1", "/", "b=1", "/?b=1"],
  ["/a?", "/a", "", "/a?"],
  ["/a#b?c", "/a", "", "/a"],
  ["//evil.test/a", "//evil.test/a", "", "//evil.test/a"],
  ["", "/", "", "/"],
])("%s is taken apart without being rewritten", (url, path, query, target) => {
  expect(pathOf(url)).toBe(path);
  expect(queryOf(url)).toBe(query);
  expect(targetOf(url)).toBe(target);
});

test("secret fields of a query are blotted out, however their name is written", () => {
  expect(redactQuery("/a?token=s3cret&b=1", ["token"])).toBe("/a?token=[redacted]&b=1");
  expect(redactQuery("/a?b=1&%74oken=s3cret", ["token"])).toBe("/a?b=1&%74oken=[redacted]");
  expect(redactQuery("/a?%E0%A4%A=1", ["token"])).toBe("/a?%E0%A4%A=1");
  expect(redactQuery("/a", ["token"])).toBe("/a");
});
