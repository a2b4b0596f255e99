import { callrail } from "@offhook/callrail";
import { createCallRailClient } from "@offhook/callrail/client";
import { convoso } from "@offhook/convoso";
import { createConvosoClient } from "@offhook/convoso/client";
import type { Provider } from "@offhook/core";
import type { Fetch } from "@offhook/core/client";
import { elevenlabs } from "@offhook/elevenlabs";
import { createElevenLabsClient } from "@offhook/elevenlabs/client";
import { retell } from "@offhook/retell";
import { createRetellClient } from "@offhook/retell/client";
import { twilio } from "@offhook/twilio";
import { createTwilioClient } from "@offhook/twilio/client";
import type { ApiSettings } from "./api-settings.ts";
import type { ProviderOptions } from "./environment.ts";
import type { ProviderSecrets } from "./secret-names.ts";

export interface ProviderSettings extends ProviderOptions {
  readonly secrets: ProviderSecrets;
  /** Where vendors reach the server. */
  readonly publicUrl: string;
  readonly api: ApiSettings;
  /** What reaches the vendors' APIs, in tests. */
  readonly fetch?: Fetch;
}

/** Every provider, as the reference deployment sets it up. */
export function createProviders(settings: ProviderSettings): readonly Provider[] {
  const { secrets, publicUrl, twilioAccountSid, convosoTimeZone, elevenLabsInitiationSecrets, api } = settings;
  const { recordingHosts } = api;
  const options = { recordingHosts, ...(settings.fetch === undefined ? {} : { fetch: settings.fetch }) };
  const timeZone = convosoTimeZone;
  return [
    callrail({
      signingKey: secrets.CALLRAIL_SIGNING_KEY,
      ...(api.callrail === undefined ? {} : { client: createCallRailClient({ ...api.callrail, ...options }) }),
    }),
    elevenlabs({
      webhookSecret: secrets.ELEVENLABS_WEBHOOK_SECRET,
      ...(elevenLabsInitiationSecrets === undefined
        ? {}
        : { initiation: { header: "x-offhook-secret", secret: elevenLabsInitiationSecrets } }),
      ...(api.elevenlabs === undefined ? {} : { client: createElevenLabsClient({ ...api.elevenlabs, ...options }) }),
    }),
    twilio({
      authToken: secrets.TWILIO_AUTH_TOKEN,
      publicUrl,
      ...(twilioAccountSid === undefined ? {} : { accountSid: twilioAccountSid }),
      ...(api.twilio === undefined ? {} : { client: createTwilioClient({ ...api.twilio, ...options }) }),
    }),
    convoso({
      // Convoso signs nothing. Its Connect can repeat a fixed header, so the header holds the secret itself; behind a
      // relay that signs, write `{ hmac: … }` instead.
      verification: { headerToken: secrets.CONVOSO_WEBHOOK_SECRET, header: "x-convoso-signature" },
      timeZone,
      ...(api.convoso === undefined ? {} : { client: createConvosoClient({ ...api.convoso, timeZone, ...options }) }),
    }),
    retell({
      apiKey: secrets.RETELL_API_KEY,
      ...(api.retell === undefined ? {} : { client: createRetellClient({ ...api.retell, ...options }) }),
    }),
  ];
}
