/** What proves that a delivery is genuine, one for each provider. */
export const secretNames = [
  "CALLRAIL_SIGNING_KEY",
  "ELEVENLABS_WEBHOOK_SECRET",
  "TWILIO_AUTH_TOKEN",
  "CONVOSO_WEBHOOK_SECRET",
  "RETELL_API_KEY",
] as const;

export type SecretName = (typeof secretNames)[number];

export const isSecretName = (name: string): name is SecretName => secretNames.some((secret) => secret === name);

/** One or more for each provider, several while rotating. */
export type ProviderSecrets = { readonly [Name in SecretName]: readonly string[] };
