import type { EnvironmentReader } from "@offhook/core";
import type { ElevenLabsOptions } from "./provider.ts";

/**
 * Reads `ELEVENLABS_WEBHOOK_SECRET` and, where it is set, `ELEVENLABS_INITIATION_SECRET`, which ElevenLabs then has to
 * send in the header `x-offhook-secret`: for `fromEnv`.
 */
export const elevenlabsEnvironment: EnvironmentReader<Pick<ElevenLabsOptions, "webhookSecret" | "initiation">> = (
  variables,
) => {
  const secret = variables.optionalSecrets("ELEVENLABS_INITIATION_SECRET");
  return {
    webhookSecret: variables.secrets("ELEVENLABS_WEBHOOK_SECRET"),
    ...(secret === undefined ? {} : { initiation: { header: "x-offhook-secret", secret } }),
  };
};
