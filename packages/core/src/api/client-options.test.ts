import { expect, test } from "vitest";
import { createApiClient } from "./api-client.ts";
import { ConfigurationError } from "../errors.ts";

const dialect = {
  provider: "toy",
  maker: "createToyClient",
  baseUrl: "https://api.example.com/v1",
  headers: () => ({}),
  readFailure: () => ({}),
};

/** What the maker of a client says to options as JavaScript callers can write them. */
function errorOf(options: { readonly [name: string]: unknown }): unknown {
  try {
    createApiClient(dialect, options);
  } catch (error) {
    return error;
  }
  return undefined;
}

const timeout = "createToyClient({ timeoutMs }): expected milliseconds above 0, at most 2147483647, got";
const attempts = "createToyClient({ attempts }): expected a whole number from 1 to 10, got";
const hosts =
  'createToyClient({ recordingHosts }): expected an array of names such as "api.example.com" or "*.example.com"';
const base = "createToyClient({ baseUrl }): expected an https URL without user info, query or fragment, got";

test.each<[options: { readonly [name: string]: unknown }, message: string]>([
  [{ timeoutMs: Number.NaN }, `${timeout} NaN`],
  [{ timeoutMs: -1 }, `${timeout} -1`],
  [{ timeoutMs: 0 }, `${timeout} 0`],
  [{ timeoutMs: Infinity }, `${timeout} Infinity`],
  [{ timeoutMs: 1e12 }, `${timeout} 1000000000000`],
  [{ timeoutMs: 2 ** 31 }, `${timeout} 2147483648`],
  [{ timeoutMs: "5" }, `${timeout} a string`],
  [{ timeoutMs: null }, `${timeout} null`],
  [{ attempts: Number.NaN }, `${attempts} NaN`],
  [{ attempts: 0 }, `${attempts} 0`],
  [{ attempts: 1.5 }, `${attempts} 1.5`],
  [{ attempts: 11 }, `${attempts} 11`],
  [{ attempts: "3" }, `${attempts} a string`],
  [{ fetch: "https://proxy.example.com/?sk_secret" }, "createToyClient({ fetch }): expected a function, got a string"],
  [{ fetch: null }, "createToyClient({ fetch }): expected a function, got null"],
  [{ fetch: {} }, "createToyClient({ fetch }): expected a function, got an object"],
  [{ recordingHosts: "cdn.example.com" }, `${hosts}, got something else`],
  [{ recordingHosts: null }, `${hosts}, got something else`],
  [{ recordingHosts: [7] }, `${hosts}, got something else as number 1 of 1`],
  [{ recordingHosts: ["cdn.example.com", "localhost"] }, `${hosts}, got something else as number 2 of 2`],
  [{ recordingHosts: ["https://cdn.example.com/?sk_secret"] }, `${hosts}, got something else as number 1 of 1`],
  [{ baseUrl: "https://user:sk_secret@api.example.com" }, `${base} one with user info`],
  [{ baseUrl: "https://sk_secret@api.example.com" }, `${base} one with user info`],
  [{ baseUrl: "https://api.example.com/v1?key=sk_secret" }, `${base} one with a query`],
  [{ baseUrl: "https://api.example.com?" }, `${base} one with a query`],
  [{ baseUrl: "https://api.example.com/v1#sk_secret" }, `${base} one with a fragment`],
  [{ baseUrl: "http://api.example.com" }, `${base} another text`],
  [{ baseUrl: "api.example.com" }, `${base} another text`],
  [{ baseUrl: "" }, `${base} another text`],
  [{ baseUrl: 5 }, `${base} 5`],
  [{ baseUrl: null }, `${base} null`],
])("D15: %o is refused when the client is made, by its name and without a secret", (options, message) => {
  const error = errorOf(options);
  expect(error).toBeInstanceOf(ConfigurationError);
  expect(error).toMatchObject({ code: "option_invalid", message });
  expect(message).not.toContain("sk_secret");
});

test.each<[options: { readonly [name: string]: unknown }]>([
  [{}],
  [{ timeoutMs: undefined, attempts: undefined, fetch: undefined, recordingHosts: undefined, baseUrl: undefined }],
  [{ timeoutMs: 0.5, attempts: 1, fetch: globalThis.fetch, recordingHosts: [], baseUrl: "http://localhost:9" }],
  [{ timeoutMs: 2 ** 31 - 1, attempts: 10, recordingHosts: ["*.Example.com"], baseUrl: "https://127.0.0.1:8443/v1/" }],
])("A01: %o are options", (options) => {
  expect(errorOf(options)).toBeUndefined();
});

test("A01: a part of a millisecond is one, because the platform's time limit takes whole ones alone", async () => {
  const client = createApiClient(dialect, { timeoutMs: 1_000.5, fetch: async () => Response.json({ ok: true }) });
  expect(await client.request({ what: "list things", path: "/things" })).toEqual({ ok: true });
});

test.each([
  [undefined, "https://api.example.com/v1"],
  ["https://EU.example.com/", "https://eu.example.com"],
  [" https://eu.example.com/v2//", "https://eu.example.com/v2"],
])("A01: with the address %j, requests and recordings are below %s", async (baseUrl, expected) => {
  const asked: string[] = [];
  const client = createApiClient(dialect, {
    ...(baseUrl === undefined ? {} : { baseUrl }),
    fetch: async (input) => {
      asked.push(input instanceof Request ? input.url : String(input));
      return Response.json({});
    },
  });
  expect(client.baseUrl).toBe(expected);
  await client.request({ what: "list things", path: "/things" });
  expect(asked).toEqual([`${expected}/things`]);
});

test("D15: where a client names no maker of its own, the function that was called is named", () => {
  const { maker: _maker, ...nameless } = dialect;
  expect(() => createApiClient(nameless, { attempts: 0 })).toThrow("createApiClient({ attempts }): expected");
});
