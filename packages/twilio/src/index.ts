/**
 * Twilio Voice for Offhook.
 * @module index
 */
export { twilio, type TwilioOptions } from "./provider.ts";
