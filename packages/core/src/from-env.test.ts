import { describe, expect, test } from "vitest";
import { allowedAddressesEnvironment, clientAddressEnvironment } from "./addresses.ts";
import { fromEnv, type EnvironmentReader } from "./from-env.ts";

const vendor: EnvironmentReader<object> = (variables) => ({
  keys: variables.secrets("VENDOR_KEY"),
  further: variables.optionalSecrets("VENDOR_FURTHER_KEY"),
  account: variables.text("VENDOR_ACCOUNT"),
  label: variables.optionalText("VENDOR_LABEL"),
});
const place: EnvironmentReader<{ url: string; count: number | undefined }> = (variables) => ({
  url: variables.url("PUBLIC_URL"),
  count: variables.optional("COUNT", "a number", (text) => {
    if (!/^\d+$/.test(text)) throw new Error("no");
    return Number(text);
  }),
});

describe("D11: fromEnv", () => {
  test("gives each reader's options under its name", () => {
    const variables = { VENDOR_KEY: " a , b", VENDOR_ACCOUNT: "x", PUBLIC_URL: "https://app.example.com", COUNT: "3" };
    expect(fromEnv({ vendor, place }, variables)).toEqual({
      vendor: { keys: ["a", "b"], further: undefined, account: "x", label: undefined },
      place: { url: "https://app.example.com", count: 3 },
    });
  });

  test("lists all that is missing or malformed in one error, each once, and no value", () => {
    const variables = {
      VENDOR_KEY: "hunter2,,hunter3",
      PUBLIC_URL: "ftp://hunter4",
      VENDOR_ACCOUNT: "  ",
      COUNT: "hunter5",
    };
    let caught: unknown;
    try {
      fromEnv({ vendor, place, again: vendor }, variables);
    } catch (error) {
      caught = error;
    }
    expect(caught).toMatchObject({
      name: "ConfigurationError",
      code: "environment_incomplete",
      message: [
        "The environment is not complete:",
        "  VENDOR_KEY: expected one secret, or several separated by commas, got an empty one",
        "  VENDOR_ACCOUNT: missing",
        "  PUBLIC_URL: expected an https address such as https://app.example.com",
        "  COUNT: expected a number",
      ].join("\n"),
    });
  });

  test("takes what is no text, such as a Worker's bindings, for not set", () => {
    expect(() => fromEnv({ vendor }, { VENDOR_KEY: { get() {} }, VENDOR_ACCOUNT: 3 })).toThrow(/VENDOR_KEY: missing/);
  });

  test("takes a Worker's own type of its environment, which has no index", () => {
    interface Env {
      readonly VENDOR_KEY: string;
      readonly VENDOR_ACCOUNT: string;
    }
    const env: Env = { VENDOR_KEY: "k", VENDOR_ACCOUNT: "a" };
    expect(fromEnv({ vendor }, env).vendor).toMatchObject({ account: "a" });
  });

  test("lists what is missing also where a reader cannot go on without it", () => {
    const fails: EnvironmentReader<URL> = ({ text }) => new URL(text("DATABASE_URL"));
    expect(() => fromEnv({ fails, vendor }, {})).toThrow(/DATABASE_URL: missing\n {2}VENDOR_KEY: missing/);
    expect(() => fromEnv({ fails }, { DATABASE_URL: "nonsense" })).toThrow(TypeError);
  });

  test("takes names that may not be read, as on Deno without its permission, for not set", () => {
    const guarded = new Proxy(
      {},
      {
        get() {
          throw new Error("Requires env access");
        },
      },
    );
    expect(() => fromEnv({ vendor }, guarded)).toThrow(/VENDOR_KEY: missing\n {2}VENDOR_ACCOUNT: missing/);
  });

  test("reads process.env by itself", () => {
    process.env["VENDOR_KEY"] = "k";
    process.env["VENDOR_ACCOUNT"] = "a";
    try {
      expect(fromEnv({ vendor })).toMatchObject({ vendor: { keys: ["k"] } });
    } finally {
      delete process.env["VENDOR_KEY"];
      delete process.env["VENDOR_ACCOUNT"];
    }
  });

  test.each(["https://app.example.com", "http://localhost:3000", "http://127.0.0.1", "http://[::1]:80"])(
    "takes %s",
    (url) => {
      expect(fromEnv({ place }, { PUBLIC_URL: url }).place.url).toBe(url);
    },
  );

  test.each(["http://app.example.com", "app.example.com", "javascript:alert(1)"])(
    "refuses %s as a public address",
    (url) => {
      expect(() => fromEnv({ place }, { PUBLIC_URL: url })).toThrow(/PUBLIC_URL: expected an https address/);
    },
  );
});

describe("addresses from the environment", () => {
  const read = (variables: { [name: string]: string }) =>
    fromEnv(
      {
        client: clientAddressEnvironment,
        allowed: allowedAddressesEnvironment({ elevenlabs: "ELEVENLABS_WEBHOOK_IP_WHITELIST" }),
      },
      variables,
    );

  test("S07, S08: are options of createOffhook, and none where nothing is set", () => {
    expect(read({})).toEqual({ client: {}, allowed: { allowedAddresses: {} } });
    const { client, allowed } = read({
      OFFHOOK_TRUSTED_PROXIES: "10.0.0.0/8, 127.0.0.1",
      OFFHOOK_CLIENT_ADDRESS_HEADER: "x-real-ip",
      ELEVENLABS_WEBHOOK_IP_WHITELIST: "34.67.146.145,2001:db8::/32",
    });
    const headers = { "x-real-ip": "203.0.113.9" };
    expect(client.clientAddress?.({ remoteAddress: "10.1.1.1", headers })).toBe("203.0.113.9");
    expect(client.clientAddress?.({ remoteAddress: "11.1.1.1", headers })).toBe("11.1.1.1");
    expect(allowed.allowedAddresses["elevenlabs"]?.("2001:db8::1")).toBe(true);
    expect(allowed.allowedAddresses["elevenlabs"]?.("34.67.146.146")).toBe(false);
  });

  test("that are none are named with the others", () => {
    expect(() => read({ OFFHOOK_TRUSTED_PROXIES: "everything", ELEVENLABS_WEBHOOK_IP_WHITELIST: "1.2.3" })).toThrow(
      /OFFHOOK_TRUSTED_PROXIES: expected .*"any"\n {2}ELEVENLABS_WEBHOOK_IP_WHITELIST: expected/,
    );
  });

  test.each([
    { OFFHOOK_CLIENT_ADDRESS_HEADER: "x-real-ip" },
    { OFFHOOK_CLIENT_ADDRESS_HEADER: "a b", OFFHOOK_TRUSTED_PROXIES: "any" },
  ])("%j is a problem of the header", (variables) => {
    expect(() => read({ ...variables })).toThrow(/complete:\n {2}OFFHOOK_CLIENT_ADDRESS_HEADER: expected/);
  });

  test('"any" believes every peer', () => {
    const { client } = read({ OFFHOOK_TRUSTED_PROXIES: "any" });
    expect(client.clientAddress?.({ remoteAddress: undefined, headers: { "x-forwarded-for": "203.0.113.9" } })).toBe(
      "203.0.113.9",
    );
  });
});
