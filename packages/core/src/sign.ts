import { ConfigurationError } from "./errors.ts";
import { queryOf } from "./request-target.ts";
import { requireSecrets } from "./secrets.ts";
import { composeMessage } from "./signed-message.ts";
import type { HmacVerification, SignableRequest, SignedMessage, Verification } from "./verification.ts";
import { hmacKeysOf } from "./verify.ts";

export interface SignOptions {
  /** The time to sign. Milliseconds since 1970; default: now. */
  readonly nowMs?: number;
}

/**
 * Makes a request genuine by the same declaration that `verifyDelivery` checks: for tests, the simulator and tools.
 * Signs with the first secret.
 *
 * @throws ConfigurationError `option_invalid` for a custom verification that has no `sign`.
 */
export async function signRequest(
  verification: Verification,
  request: SignableRequest,
  options: SignOptions = {},
): Promise<SignableRequest> {
  const nowMs = options.nowMs ?? Date.now();
  switch (verification.type) {
    case "hmac":
      return signByHmac(verification, request, nowMs);
    case "shared-secret": {
      const [secret] = requireSecrets("signRequest", verification.secrets);
      if ("header" in verification.in) return withHeader(request, verification.in.header, secret);
      const joint = request.url.includes("?") ? "&" : "?";
      const field = `${encodeURIComponent(verification.in.query)}=${encodeURIComponent(secret)}`;
      return { ...request, url: `${request.url}${joint}${field}` };
    }
    case "custom":
      if (verification.signedAs !== undefined) return signRequest(verification.signedAs, request, { nowMs });
      if (verification.sign === undefined) {
        throw new ConfigurationError(
          "option_invalid",
          "signRequest: the custom verification has neither `signedAs` nor `sign`",
        );
      }
      return verification.sign(request, { nowMs });
    case "none":
      return request;
  }
}

async function signByHmac(
  verification: HmacVerification,
  request: SignableRequest,
  nowMs: number,
): Promise<SignableRequest> {
  const { format, freshness, message, encoding, header } = verification;
  const timestamp = freshness?.unit === "seconds" ? String(Math.floor(nowMs / 1000)) : String(nowMs);
  let prepared = request;
  let signed: SignedMessage | undefined;
  if ("candidates" in message) {
    prepared = message.prepare === undefined ? request : await message.prepare(request);
    const { url, method, headers, body } = prepared;
    const delivery = { method, url, query: queryOf(url), headers, body, receivedAtMs: nowMs };
    [signed] = (await message.candidates(delivery)).messages;
  } else {
    signed = composeMessage(message, request.body, timestamp);
  }
  const [key] = hmacKeysOf(verification);
  if (signed === undefined || key === undefined) {
    throw new ConfigurationError("option_invalid", "signRequest: this request cannot be signed by the declared scheme");
  }
  const signature = await key.digest(encoding, signed[0], signed[1]);
  const value =
    format.type === "plain" ? signature : `${format.timestamp}=${timestamp},${format.signature}=${signature}`;
  return withHeader(prepared, header, value);
}

function withHeader(request: SignableRequest, name: string, value: string): SignableRequest {
  return { ...request, headers: { ...request.headers, [name]: value } };
}
