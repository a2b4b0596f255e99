import { ConfigurationError } from "@offhook/core";
import { requireApiKey, type ApiKey } from "@offhook/core/client";

/** The account's own token, or an API key of the account. */
export type TwilioCredentials =
  | { readonly authToken: ApiKey }
  | {
      /** `SK…` */
      readonly apiKeySid: string;
      readonly apiKeySecret: ApiKey;
    };

export interface Authorization {
  /** The value of the header, made anew for each request. */
  readonly header: () => Promise<string>;
  /** Whether it is the account's own token, which may do everything. */
  readonly isOwner: boolean;
}

/**
 * https://www.twilio.com/docs/usage/requests-to-twilio
 * @throws ConfigurationError `secret_missing`, or `option_invalid` for a SID that is none.
 */
export function basicAuthorization(accountSid: string, credentials: TwilioCredentials): Authorization {
  requireSid("accountSid", "AC", accountSid);
  if (!("apiKeySid" in credentials)) {
    const token = requireApiKey("createTwilioClient({ authToken })", credentials.authToken);
    return { header: async () => `Basic ${btoa(`${accountSid}:${await token()}`)}`, isOwner: true };
  }
  const { apiKeySid } = credentials;
  requireSid("apiKeySid", "SK", apiKeySid);
  const secret = requireApiKey("createTwilioClient({ apiKeySecret })", credentials.apiKeySecret);
  return { header: async () => `Basic ${btoa(`${apiKeySid}:${await secret()}`)}`, isOwner: false };
}

/** Goes into paths and headers: letters and digits only. */
function requireSid(option: string, prefix: string, sid: unknown): void {
  if (typeof sid === "string" && sid.startsWith(prefix) && /^\w{3,64}$/.test(sid)) return;
  throw new ConfigurationError(
    "option_invalid",
    `createTwilioClient({ ${option} }): expected ${prefix} and 32 characters, got another text`,
  );
}
