import type { EnvironmentReader } from "@offhook/core";
import type { ConvosoOptions } from "./provider.ts";
import { timeZoneFromEnvironment } from "./time-zone-environment.ts";

/**
 * Reads `CONVOSO_WEBHOOK_SECRET`, which Convoso Connect then has to send as it is in the header `x-convoso-signature`, and
 * `CONVOSO_TIME_ZONE`, by default `America/New_York`: for `fromEnv`.
 */
export const convosoEnvironment: EnvironmentReader<Pick<ConvosoOptions, "verification" | "timeZone">> = (
  variables,
) => ({
  // Connect can repeat a fixed header and sign nothing; behind a relay that signs, write `{ hmac: … }` instead.
  verification: { headerToken: variables.secrets("CONVOSO_WEBHOOK_SECRET"), header: "x-convoso-signature" },
  timeZone: timeZoneFromEnvironment(variables),
});
