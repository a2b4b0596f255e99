import type { EnvironmentReader } from "@offhook/core";
import type { RetellOptions } from "./provider.ts";

/** Reads `RETELL_API_KEY`: for `fromEnv`. */
export const retellEnvironment: EnvironmentReader<Pick<RetellOptions, "apiKey">> = (variables) => ({
  apiKey: variables.secrets("RETELL_API_KEY"),
});
