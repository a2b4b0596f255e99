import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Environment } from "./environment.ts";
import { readOrCreatePrivateFile, readPrivateFile, writePrivateFile } from "./private-file.ts";
import { secretNames, type ProviderSecrets, type SecretName } from "./secret-names.ts";

type Kept = { readonly [Name in SecretName]?: string };

export const developmentSecretsFile = ({ dataFolder }: Pick<Environment, "dataFolder">): string =>
  join(dataFolder, "development-secrets.json");

/** The environment's secrets, and outside production random ones for those that are missing, made once and kept. */
export function ensureSecrets(environment: Environment): ProviderSecrets {
  if (missingNames(environment).length === 0) return complete(environment, {});
  const path = developmentSecretsFile(environment);
  const made = Object.fromEntries(secretNames.map((name) => [name, `dev_${randomBytes(24).toString("hex")}`]));
  const kept = parse(readOrCreatePrivateFile(path, () => write(made)));
  const lacks = secretNames.some((name) => kept[name] === undefined);
  // A file from before a provider was added lacks its secret.
  if (lacks) writePrivateFile(path, write({ ...made, ...kept }));
  return complete(environment, lacks ? { ...made, ...kept } : kept);
}

/** The secrets a running server has; undefined where it has never made those that the environment lacks. */
export function findSecrets(environment: Environment): ProviderSecrets | undefined {
  const missing = missingNames(environment);
  if (missing.length === 0) return complete(environment, {});
  const text = readPrivateFile(developmentSecretsFile(environment));
  const kept = text === undefined ? {} : parse(text);
  return missing.every((name) => kept[name] !== undefined) ? complete(environment, kept) : undefined;
}

/** The names whose values the environment does not hold. */
export function missingNames({ secrets }: Pick<Environment, "secrets">): readonly SecretName[] {
  return secretNames.filter((name) => secrets[name] === undefined);
}

function complete({ secrets }: Environment, kept: Kept): ProviderSecrets {
  const of = (name: SecretName): readonly string[] => secrets[name] ?? [kept[name] ?? ""];
  return {
    CALLRAIL_SIGNING_KEY: of("CALLRAIL_SIGNING_KEY"),
    ELEVENLABS_WEBHOOK_SECRET: of("ELEVENLABS_WEBHOOK_SECRET"),
    TWILIO_AUTH_TOKEN: of("TWILIO_AUTH_TOKEN"),
    CONVOSO_WEBHOOK_SECRET: of("CONVOSO_WEBHOOK_SECRET"),
    RETELL_API_KEY: of("RETELL_API_KEY"),
  };
}

const write = (secrets: Kept): string => `${JSON.stringify(secrets, null, 2)}\n`;

// Only this file writes it; what somebody broke by hand stops the start with JSON's own message.
const parse = (text: string): Kept => JSON.parse(text) as Kept;
