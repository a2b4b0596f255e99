import { expect, test } from "vitest";
import { requireApiKey, type ApiKey } from "./api-credentials.ts";
import { ConfigurationError } from "../errors.ts";

const name = "createToyClient({ apiKey })";
const expected = `${name}: expected a key, got none or one with characters that a header cannot take`;

test.each(["", " ", "two words", "line\nbreak", "schlüssel", "key\u200b", undefined, null, 7])(
  "D15: the key %j is refused, now or when it is asked for",
  async (key) => {
    // As from JavaScript or an environment variable.
    const given = key as string;
    expect(() => requireApiKey(name, given)).toThrow(
      expect.objectContaining({ name: "ConfigurationError", code: "secret_missing", message: expected }),
    );
    await expect(requireApiKey(name, () => given)()).rejects.toMatchObject({
      code: "secret_missing",
      message: expected,
    });
  },
);

test.each<[how: string, key: (reason: Error) => ApiKey]>([
  [
    "throws",
    (reason) => () => {
      throw reason;
    },
  ],
  ["rejects", (reason) => () => Promise.reject(reason)],
])("D15: a function that %s is a key that is missing, with the reason as the cause alone", async (_how, key) => {
  const reason = new Error("vault at https://vault.example.com: token hvs.secret expired");
  const error: unknown = await requireApiKey(name, key(reason))().catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(ConfigurationError);
  expect(error).toMatchObject({
    code: "secret_missing",
    message: `${name}: the function that gives it failed`,
    cause: reason,
  });
});

test("A01: a key comes as a text, or from a function each time", async () => {
  expect(await requireApiKey(name, "sk_1")()).toBe("sk_1");
  const keys = ["sk_1", "sk_2"];
  const next = requireApiKey(name, async () => keys.shift() ?? "");
  expect([await next(), await next()]).toEqual(["sk_1", "sk_2"]);
});
