import type { EnvironmentReader } from "@offhook/core";

/** Reads `RETELL_API_KEY`, of several the first: for `fromEnv`. */
export const retellClientEnvironment: EnvironmentReader<{ readonly apiKey: string }> = (variables) => ({
  apiKey: variables.secrets("RETELL_API_KEY")[0] ?? "",
});
