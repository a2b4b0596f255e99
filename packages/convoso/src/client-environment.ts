import type { EnvironmentReader } from "@offhook/core";
import { timeZoneFromEnvironment } from "./time-zone-environment.ts";

/** Reads `CONVOSO_AUTH_TOKEN` and `CONVOSO_TIME_ZONE`, by default `America/New_York`: for `fromEnv`. */
export const convosoClientEnvironment: EnvironmentReader<{ readonly authToken: string; readonly timeZone: string }> = (
  variables,
) => ({
  authToken: variables.text("CONVOSO_AUTH_TOKEN"),
  timeZone: timeZoneFromEnvironment(variables),
});
