import type { EnvironmentReader } from "@offhook/core";
import type { CallRailOptions } from "./provider.ts";

/** Reads `CALLRAIL_SIGNING_KEY`: for `fromEnv`. */
export const callrailEnvironment: EnvironmentReader<Pick<CallRailOptions, "signingKey">> = (variables) => ({
  signingKey: variables.secrets("CALLRAIL_SIGNING_KEY"),
});
