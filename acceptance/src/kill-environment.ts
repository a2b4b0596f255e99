import type { Provider } from "@offhook/core";
import { ensureSecrets } from "../../examples/server/src/development-secrets.ts";
import { readEnvironment, type Variables } from "../../examples/server/src/environment.ts";
import { createProviders } from "../../examples/server/src/providers.ts";

const publicUrl = "https://hooks.example.com";

/** Everything that production asks for. */
export function serverVariables(dataFolder: string): { readonly [name: string]: string } {
  return {
    OFFHOOK_DATA_DIR: dataFolder,
    OFFHOOK_PUBLIC_URL: publicUrl,
    OFFHOOK_SECRET: "a secret of the server that is killed",
    CALLRAIL_SIGNING_KEY: "9f3b6a1c5d7e8f20b4a6c8d0e2f41638",
    ELEVENLABS_WEBHOOK_SECRET: "wsec_5b1e0c9d7a3f4286b0d1e2f3a4b5c6d7",
    TWILIO_AUTH_TOKEN: "2f8c1d9a7b3e4f60a1b2c3d4e5f60718",
    CONVOSO_WEBHOOK_SECRET: "c7d8e9f0a1b2c3d4e5f60718293a4b5c",
    RETELL_API_KEY: "key_0a1b2c3d4e5f60718293a4b5c6d7",
  };
}

/** The providers as a server with these variables has them. */
export function serverProviders(variables: Variables): readonly Provider[] {
  const environment = readEnvironment(variables);
  return createProviders({
    ...environment.providerOptions,
    secrets: ensureSecrets(environment),
    publicUrl,
    api: environment.api,
  });
}
