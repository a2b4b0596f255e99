import type { EnvironmentReader } from "@offhook/core";

/** Reads `TWILIO_ACCOUNT_SID` and `TWILIO_AUTH_TOKEN`, of several tokens the first: for `fromEnv`. */
export const twilioClientEnvironment: EnvironmentReader<{ readonly accountSid: string; readonly authToken: string }> = (
  variables,
) => ({
  accountSid: variables.text("TWILIO_ACCOUNT_SID"),
  authToken: variables.secrets("TWILIO_AUTH_TOKEN")[0] ?? "",
});
