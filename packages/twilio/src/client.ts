/**
 * The client of Twilio's API, apart from the main door: an app that only receives webhooks does not load it.
 * @module client
 */
export {
  createTwilioClient,
  type TwilioCallRange,
  type TwilioClient,
  type TwilioClientOptions,
  type TwilioPageRange,
} from "./create-client.ts";
export type { TwilioCredentials } from "./credentials.ts";
export type { TwilioWebhookSetup } from "./webhook-setup.ts";
export type { TwilioAccount, TwilioCall, TwilioPhoneNumber, TwilioRecording } from "./api-records.ts";
export { twilioClientEnvironment } from "./client-environment.ts";
