import { callrail } from "@offhook/callrail";
import { convoso } from "@offhook/convoso";
import type { Provider } from "@offhook/core";
import { elevenlabs } from "@offhook/elevenlabs";
import { retell } from "@offhook/retell";
import { twilio } from "@offhook/twilio";
import type { ProviderOptions } from "./environment.ts";
import type { ProviderSecrets } from "./secret-names.ts";

export interface ProviderSettings extends ProviderOptions {
  readonly secrets: ProviderSecrets;
  /** Where vendors reach the server. */
  readonly publicUrl: string;
}

/** Every provider, as the reference deployment sets it up. */
export function createProviders(settings: ProviderSettings): readonly Provider[] {
  const { secrets, publicUrl, twilioAccountSid, convosoTimeZone, elevenLabsInitiationSecrets } = settings;
  return [
    callrail({ signingKey: secrets.CALLRAIL_SIGNING_KEY }),
    elevenlabs({
      webhookSecret: secrets.ELEVENLABS_WEBHOOK_SECRET,
      ...(elevenLabsInitiationSecrets === undefined
        ? {}
        : { initiation: { header: "x-offhook-secret", secret: elevenLabsInitiationSecrets } }),
    }),
    twilio({
      authToken: secrets.TWILIO_AUTH_TOKEN,
      publicUrl,
      ...(twilioAccountSid === undefined ? {} : { accountSid: twilioAccountSid }),
    }),
    convoso({
      // Convoso signs nothing. Its Connect can repeat a fixed header, so the header holds the secret itself; behind a
      // relay that signs, write `{ hmac: … }` instead.
      verification: { headerToken: secrets.CONVOSO_WEBHOOK_SECRET, header: "x-convoso-signature" },
      timeZone: convosoTimeZone,
    }),
    retell({ apiKey: secrets.RETELL_API_KEY }),
  ];
}
