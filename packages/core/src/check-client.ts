import { ConfigurationError } from "./errors.ts";
import { isRecord } from "./json.ts";

/**
 * Checks, for callers that no compiler has checked, that a provider was given a client of its own vendor: another one's
 * calls would be stored as this one's.
 *
 * @param provider its name, which is also that of the function with the option.
 * @param maker what makes such clients, such as `createTwilioClient`; named in the error.
 * @throws ConfigurationError `option_invalid`; nothing where no client was given.
 */
export function checkClient(provider: string, maker: string, client: unknown): void {
  if (client === undefined) return;
  const { provider: owner, connect } = isRecord(client) ? client : {};
  if (owner === provider && typeof connect === "function") return;
  // Anything may stand there, but only a name is repeated.
  const isOther = typeof owner === "string" && owner !== provider && /^[a-z\d-]{1,40}$/.test(owner);
  throw new ConfigurationError(
    "option_invalid",
    `${provider}({ client }): expected one of ${maker}, got ${isOther ? `one of ${owner}` : "something else"}`,
  );
}
