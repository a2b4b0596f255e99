import { ConfigurationError } from "../errors.ts";

/** A key, or what gives one: asked before each request, so that it may be short-lived. */
export type ApiKey = string | (() => string | Promise<string>);

/**
 * @param name of the option, such as `createRetellClient({ apiKey })`.
 * @throws ConfigurationError `secret_missing` for an empty key, now or when it is asked for, and for a function that fails,
 *   whose error is the cause.
 */
export function requireApiKey(name: string, key: ApiKey): () => Promise<string> {
  const check = (value: unknown): string => {
    // A line break would end the header that it goes into, and other letters than ASCII are refused by the platform.
    if (typeof value === "string" && /^[\x21-\x7e]+$/.test(value)) return value;
    throw new ConfigurationError(
      "secret_missing",
      `${name}: expected a key, got none or one with characters that a header cannot take`,
    );
  };
  const ask = async (give: Exclude<ApiKey, string>): Promise<unknown> => {
    try {
      return await give();
    } catch (cause) {
      throw new ConfigurationError("secret_missing", `${name}: the function that gives it failed`, { cause });
    }
  };
  if (typeof key === "function") return async () => check(await ask(key));
  const checked = check(key);
  return () => Promise.resolve(checked);
}
