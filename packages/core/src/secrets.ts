import { ConfigurationError } from "./errors.ts";
import type { Secrets } from "./verification.ts";

/**
 * The secrets as a list.
 *
 * @param name what the developer wrote, such as `callrail({ signingKey })`; named in the error.
 * @throws ConfigurationError `secret_missing` when there is none, or one is empty: an empty secret would let
 * everybody sign.
 */
export function requireSecrets(name: string, secrets: Secrets | undefined): readonly [string, ...string[]] {
  const list = typeof secrets === "string" ? [secrets] : Array.isArray(secrets) ? secrets : [];
  const [first, ...rest] = list as readonly unknown[];
  if (
    typeof first !== "string" ||
    ![first, ...rest].every((secret) => typeof secret === "string" && secret.trim() !== "")
  ) {
    throw new ConfigurationError(
      "secret_missing",
      `${name}: expected a secret of at least one character, or a list of them, got ${
        list.length === 0 ? "none" : "an empty one"
      }`,
    );
  }
  // Every member was checked above.
  return [first, ...(rest as string[])];
}
