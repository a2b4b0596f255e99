import { ConfigurationError } from "../errors.ts";

/** A key, or what gives one: asked before each request, so that it may be short-lived. */
export type ApiKey = string | (() => string | Promise<string>);

/**
 * @param name of the option, such as `createRetellClient({ apiKey })`.
 * @throws ConfigurationError `secret_missing` for an empty key, now or when it is asked for.
 */
export function requireApiKey(name: string, key: ApiKey): () => Promise<string> {
  const check = (value: unknown): string => {
    // A line break would end the header that it goes into.
    if (typeof value === "string" && /^[\x21-\x7e]+$/.test(value)) return value;
    throw new ConfigurationError("secret_missing", `${name}: expected a key, got none or one with blanks`);
  };
  if (typeof key === "function") return async () => check(await key());
  const checked = check(key);
  return () => Promise.resolve(checked);
}
