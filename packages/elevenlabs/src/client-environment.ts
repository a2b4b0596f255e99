import type { EnvironmentReader } from "@offhook/core";

/** Reads `ELEVENLABS_API_KEY`: for `fromEnv`. */
export const elevenlabsClientEnvironment: EnvironmentReader<{ readonly apiKey: string }> = (variables) => ({
  apiKey: variables.text("ELEVENLABS_API_KEY"),
});
