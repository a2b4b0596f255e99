import { expect, test } from "vitest";
import { ConfigurationError } from "../errors.ts";
import { judgeRedirect, judgeUrl, readHosts } from "./recording-url.ts";

const hosts = readHosts(["api.example.com", "*.Media.example.com"]);

test.each([
  ["https://api.example.com/recordings/RE1.mp3?token=a%20b", "https://api.example.com/recordings/RE1.mp3?token=a%20b"],
  ["HTTPS://API.example.COM:443/a#part", "https://api.example.com/a#part"],
  ["https://eu-1.media.example.com/a", "https://eu-1.media.example.com/a"],
  ["https://a.b.media.example.com", "https://a.b.media.example.com/"],
  ["https://api.example.com/aufnahme/müller @ 3.mp3", "https://api.example.com/aufnahme/m%C3%BCller%20@%203.mp3"],
])("goes to %s", (address, href) => {
  expect(judgeUrl(address, hosts)).toEqual({ url: new URL(href) });
});

// Each would be refused by the list of hosts as well; the reason shows that it is refused before.
test.each([
  ["", "begin"],
  ["http://api.example.com/a", "begin"],
  [" https://api.example.com/a", "begin"],
  ["https:/api.example.com/a", "begin"],
  ["https:\\\\api.example.com/a", "backslash"],
  ["https://api.example.com\\@evil.example/a", "backslash"],
  ["https://api.exa\tmple.com/a", "control character"],
  ["https://api.example.com/a\r\nhost: evil.example", "control character"],
  ["https://user@api.example.com/a", "user name"],
  ["https://:secret@api.example.com/a", "user name"],
  ["https://api.example.com:secret@evil.example/a", "user name"],
  ["https://api.example.com:8443/a", "port"],
  ["https://api.example.com:0443/a", "port"],
  ["https://api.example.com:/a", "port"],
  ["https://api.example.com./a", "dot"],
  ["https://xn--80ak6aa92e.media.example.com/a", "internationalized"],
  ["https://ápi.example.com/a", "ASCII"],
  ["https://api。example.com/a", "ASCII"],
  ["https://api%2eexample.com/a", "ASCII"],
  ["https://127.0.0.1/a", "IP address"],
  ["https://2130706433/a", "IP address"],
  ["https://0x7f000001/a", "IP address"],
  ["https://0x7f.1/a", "IP address"],
  ["https://0177.0.0.01/a", "IP address"],
  ["https://[::1]/a", "IP address"],
  ["https://[fe80::1%25eth0]/a", "ASCII"],
  ["https://::1/a", "IP address"],
  ["https://localhost/a", "not a name"],
  ["https:///api.example.com/a", "not a name"],
  ["https://-a.media.example.com/a", "not a name"],
  ["https://a..media.example.com/a", "not a name"],
  ["https://.media.example.com/a", "not a name"],
  ["https://media.example.com/a", "among those"],
  ["https://evilmedia.example.com/a", "among those"],
  ["https://api.example.com.evil.example/a", "among those"],
])("refuses %j: %s", (address, reason) => {
  expect(judgeUrl(address, hosts)).toEqual({ refusal: expect.stringContaining(reason) });
});

test("a refusal holds neither path nor query nor credentials", () => {
  for (const address of [
    "https://name:secret@api.example.com/secret?secret",
    "https://evil.example/secret?secret#secret",
  ]) {
    expect(JSON.stringify(judgeUrl(address, hosts))).not.toContain("secret");
  }
});

test.each([
  ["/b?c", "https://api.example.com/b?c"],
  ["b", "https://api.example.com/a/b"],
  ["?c", "https://api.example.com/a/?c"],
  ["//x.media.example.com/b", "https://x.media.example.com/b"],
  ["https://x.media.example.com/b", "https://x.media.example.com/b"],
])("a redirect to %s leads to %s", (location, href) => {
  expect(judgeRedirect(location, new URL("https://api.example.com/a/"), hosts)).toEqual({ url: new URL(href) });
});

test.each([
  "//evil.example/b",
  "///evil.example/b",
  "\t//evil.example",
  "/\\evil.example",
  "http:b",
  "https:b",
  "data:,a",
])("refuses a redirect to %j", (location) => {
  expect(judgeRedirect(location, new URL("https://api.example.com/a/"), hosts)).toEqual({
    refusal: expect.any(String),
  });
});

test.each([
  "*",
  "*.com",
  "https://api.example.com",
  "api.example.com:443",
  "127.0.0.1",
  "localhost",
  "xn--a.example.com",
  "",
])("%j is no host to allow", (host) => {
  expect(() => readHosts([host])).toThrow(ConfigurationError);
});
