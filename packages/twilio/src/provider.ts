import { checkClient, ConfigurationError, type Provider, type Secrets } from "@offhook/core";
import type { TwilioClient } from "./create-client.ts";
import { toTranslation } from "./events.ts";
import { readPayload } from "./payload.ts";
import { twilioVerification } from "./verification.ts";

export interface TwilioOptions {
  /**
   * The primary auth token of the account that owns the numbers; several while rotating. API keys do not sign.
   * https://www.twilio.com/docs/usage/webhooks/webhooks-security
   */
  readonly authToken: Secrets;
  /**
   * The address that stands in the Twilio console, without the path: `https://app.example.com`. Twilio signs it, so
   * it is never taken from the request. Write a port, or a path that your proxy strips, as in the console.
   */
  readonly publicUrl: string;
  /** The account's SID. When given, a port that Twilio added to the signed address is found as well. */
  readonly accountSid?: string;
  /** `createTwilioClient` of `@offhook/twilio/client`: for import, reconcile and recordings. */
  readonly client?: Pick<TwilioClient, "connect" | "provider">;
}

/**
 * Twilio Voice: status callbacks, voice webhooks, `<Dial>`, `<Record>` and `<Gather>` actions, recordings, machine
 * detection and Event Streams, on one address.
 *
 * @example
 * createOffhook({ providers: [twilio({ authToken, publicUrl: "https://app.example.com" })], storage });
 *
 * @throws ConfigurationError `secret_missing`, or `option_invalid` for a public URL that is none or is not https, and for the
 * client of another vendor.
 */
export function twilio(options: TwilioOptions): Provider {
  checkPublicUrl(options.publicUrl);
  checkClient("twilio", "createTwilioClient", options.client);
  return {
    name: "twilio",
    ...(options.client === undefined ? {} : { api: options.client.connect() }),
    routes: [
      {
        paths: ["twilio", "/call-status-callback"],
        kind: "",
        methods: ["POST", "GET"],
        contentTypes: ["application/x-www-form-urlencoded", "application/json"],
        verification: twilioVerification(options),
        // An empty 204 is the one answer that Twilio never takes for TwiML.
        // https://www.twilio.com/docs/api/errors/15003
        acknowledgement: 204,
        translate: (delivery) => toTranslation(readPayload(delivery)),
      },
    ],
  };
}

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

function checkPublicUrl(publicUrl: string): void {
  const expected = "twilio({ publicUrl }): expected an absolute https URL such as https://app.example.com";
  if (!URL.canParse(publicUrl)) throw new ConfigurationError("option_invalid", `${expected}, got something else`);
  const { protocol, hostname } = new URL(publicUrl);
  if (protocol !== "https:" && !(protocol === "http:" && loopback.has(hostname))) {
    throw new ConfigurationError("option_invalid", `${expected}, got ${protocol}//${hostname}`);
  }
}
