import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { behindProxies } from "./behind-proxies.ts";

const proxy = "10.0.0.1";
const find = behindProxies({ trusted: ["10.0.0.0/8", "2001:db8:ffff::/48"] });
const from = (remoteAddress: string | undefined, forwarded?: string | readonly string[]): string | undefined =>
  find({ remoteAddress, headers: forwarded === undefined ? {} : { "x-forwarded-for": forwarded } });

describe("S08: the client behind declared proxies", () => {
  test.each([
    { title: "is the hop that the proxy saw", forwarded: "203.0.113.9", client: "203.0.113.9" },
    { title: "is not what the client wrote further left", forwarded: "1.1.1.1, 203.0.113.9", client: "203.0.113.9" },
    {
      title: "is found behind several proxies",
      forwarded: "1.1.1.1, 203.0.113.9, 10.2.3.4, 10.0.0.2",
      client: "203.0.113.9",
    },
    { title: "is the first hop where all are proxies", forwarded: "10.0.0.7, 10.0.0.2", client: "10.0.0.7" },
    { title: "may be IPv6", forwarded: "2001:DB8:0:0::1, 2001:db8:ffff::2", client: "2001:db8::1" },
    { title: "may have a port", forwarded: "203.0.113.9:4711", client: "203.0.113.9" },
    { title: "may be IPv6 with a port", forwarded: "[2001:db8::1]:4711", client: "2001:db8::1" },
    { title: "may be IPv4 in IPv6 writing", forwarded: "::ffff:203.0.113.9", client: "203.0.113.9" },
    { title: "is the proxy where the proxy says nothing", forwarded: undefined, client: proxy },
    { title: "is the proxy where the proxy knows nothing", forwarded: "1.1.1.1, unknown", client: proxy },
    { title: "is the last known hop before nonsense", forwarded: "1.1.1.1, <script>, 10.0.0.3", client: "10.0.0.3" },
    { title: "is the proxy where the header is empty", forwarded: "", client: proxy },
  ])("$title", ({ forwarded, client }) => {
    expect(from(proxy, forwarded)).toBe(client);
  });

  test("headers that stand there several times are one list", () => {
    expect(from(proxy, ["1.1.1.1", "203.0.113.9, 10.0.0.2"])).toBe("203.0.113.9");
  });

  test("is the connection's own address, whatever headers say, unless it is a declared proxy's", () => {
    expect(from("198.51.100.7", "203.0.113.9")).toBe("198.51.100.7");
    expect(from(undefined, "203.0.113.9")).toBeUndefined();
  });

  test("can be in another header", () => {
    const nginx = behindProxies({ trusted: ["127.0.0.1"], header: "X-Real-IP" });
    const headers = { "x-real-ip": "203.0.113.9", "x-forwarded-for": "1.1.1.1" };
    expect(nginx({ remoteAddress: "::ffff:127.0.0.1", headers })).toBe("203.0.113.9");
  });

  test("where only the platform can reach the app it is the hop that the platform saw", () => {
    const platform = behindProxies({ trusted: "any" });
    expect(platform({ remoteAddress: undefined, headers: { "x-forwarded-for": "1.1.1.1, 203.0.113.9" } })).toBe(
      "203.0.113.9",
    );
    expect(platform({ remoteAddress: undefined, headers: {} })).toBeUndefined();
  });

  test("no text that a client writes decides, whatever it is", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(from(proxy, `${text}, 203.0.113.9`)).toBe("203.0.113.9");
        expect(from("198.51.100.7", text)).toBe("198.51.100.7");
      }),
    );
  });

  test.each([{ trusted: ["nowhere"] }, { trusted: [] }, { trusted: ["10.0.0.0/8"], header: "x forwarded" }])(
    "%j is refused",
    (options) => {
      expect(() => behindProxies(options)).toThrow(expect.objectContaining({ code: "option_invalid" }));
    },
  );
});
