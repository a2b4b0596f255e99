import type { EnvironmentReader } from "@offhook/core";
import type { TwilioOptions } from "./provider.ts";

/** Reads `TWILIO_AUTH_TOKEN`, `OFFHOOK_PUBLIC_URL` and, where it is set, `TWILIO_ACCOUNT_SID`: for `fromEnv`. */
export const twilioEnvironment: EnvironmentReader<Pick<TwilioOptions, "authToken" | "publicUrl" | "accountSid">> = (
  variables,
) => {
  const accountSid = variables.optionalText("TWILIO_ACCOUNT_SID");
  return {
    authToken: variables.secrets("TWILIO_AUTH_TOKEN"),
    publicUrl: variables.url("OFFHOOK_PUBLIC_URL"),
    ...(accountSid === undefined ? {} : { accountSid }),
  };
};
