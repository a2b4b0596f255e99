/**
 * Twilio Voice for Offhook.
 * @module index
 */
export { twilio, type TwilioOptions } from "./provider.ts";
export { twilioEnvironment } from "./environment.ts";
