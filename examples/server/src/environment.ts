import { readAddressSettings, type AddressSettings } from "./address-settings.ts";
import { readApiSettings, type ApiSettings } from "./api-settings.ts";
import { secretNames, type SecretName } from "./secret-names.ts";
import { readStorageSettings, type StorageSettings } from "./storage-settings.ts";

/** Everything the server takes from its environment, checked. This file, storage-settings.ts, api-settings.ts,
 * address-settings.ts and vendor-variables.ts know the names. */
export interface Environment extends StorageSettings {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host: string;
  /** Where vendors reach the server, without a slash at the end; undefined: where it listens. */
  readonly publicUrl: string | undefined;
  /** What is set; outside production the rest is made up and kept in the data folder. */
  readonly secrets: { readonly [Name in SecretName]?: readonly string[] };
  /** For the management routes: accepted as they are. */
  readonly adminTokens: readonly string[];
  /** The server's own secrets; the admin token is derived from them where none is given. */
  readonly serverSecrets: readonly string[];
  readonly providerOptions: ProviderOptions;
  readonly api: ApiSettings;
  readonly addresses: AddressSettings;
  /** Variables that are set and that nothing reads yet. */
  readonly withoutEffect: readonly string[];
}

/** What some providers want to know beside their secret. */
export interface ProviderOptions {
  readonly twilioAccountSid: string | undefined;
  /** Where Convoso's account keeps its clock. IANA name. */
  readonly convosoTimeZone: string;
  /** What ElevenLabs repeats when it asks before a call; undefined: it has nothing to ask. */
  readonly elevenLabsInitiationSecrets: readonly string[] | undefined;
}

export type Variables = { readonly [name: string]: string | undefined };

/** Lists everything that is missing or malformed at once. */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      ["The environment is not complete:", ...problems.map((problem) => `  ${problem}`)].join("\n") +
        "\nSee examples/server/README.md for every variable.",
    );
    this.problems = problems;
  }
}

const minSecretLength = 16;

/** Known from the design, without a part of the server that reads them yet. */
const futureNames = [
  "OFFHOOK_ADMIN_PASSWORD",
  "CRM_WEBHOOK_URL",
  "ENABLE_CRM_WEBHOOK",
  "CRM_WEBHOOK_SECRET",
  "PUSHER_APP_ID",
  "PUSHER_KEY",
  "PUSHER_SECRET",
  "PUSHER_CLUSTER",
];

/** @throws EnvironmentError that names all that is wrong. */
export function readEnvironment(variables: Variables): Environment {
  const problems: string[] = [];
  const valueOf = (name: string): string | undefined => {
    const value = variables[name]?.trim();
    return value === "" ? undefined : value;
  };
  const listOf = (name: string): readonly string[] | undefined => {
    const list = valueOf(name)
      ?.split(",")
      .map((item) => item.trim());
    if (list?.includes("") === true) {
      problems.push(`${name}: expected one secret, or several separated by commas, got an empty one`);
    }
    return list;
  };
  const longList = (name: string): readonly string[] => {
    const list = listOf(name) ?? [];
    if (list.some((item) => item !== "" && item.length < minSecretLength)) {
      problems.push(`${name}: expected at least ${minSecretLength} characters`);
    }
    return list;
  };

  const storageSettings = readStorageSettings(variables, problems);
  const { production } = storageSettings;
  const host = valueOf("HOST") ?? "127.0.0.1";
  const secrets: { [Name in SecretName]?: readonly string[] } = {};
  for (const name of secretNames) {
    const list = listOf(name);
    if (list !== undefined) secrets[name] = list;
    else if (production) problems.push(`${name}: missing`);
  }
  const serverSecretName = valueOf("OFFHOOK_SECRET") === undefined ? "SECRET_KEY" : "OFFHOOK_SECRET";
  const serverSecrets = longList(serverSecretName);
  if (production && serverSecrets.length === 0) problems.push("OFFHOOK_SECRET: missing");
  const environment: Environment = {
    ...storageSettings,
    port: readPort(valueOf("PORT"), problems),
    host,
    publicUrl: readPublicUrl(valueOf("OFFHOOK_PUBLIC_URL"), { production, host }, problems),
    secrets,
    adminTokens: longList("OFFHOOK_ADMIN_TOKEN"),
    serverSecrets,
    providerOptions: {
      twilioAccountSid: valueOf("TWILIO_ACCOUNT_SID"),
      convosoTimeZone: readTimeZone(valueOf("CONVOSO_TIME_ZONE"), problems),
      elevenLabsInitiationSecrets: listOf("ELEVENLABS_INITIATION_SECRET"),
    },
    api: readApiSettings(valueOf, secrets, problems),
    addresses: readAddressSettings(variables, problems),
    withoutEffect: futureNames.filter((name) => valueOf(name) !== undefined),
  };
  if (problems.length > 0) throw new EnvironmentError(problems);
  return environment;
}

function readPort(text: string | undefined, problems: string[]): number {
  if (text === undefined) return 3000;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= 65_535)) problems.push(`PORT: expected a number from 0 to 65535, got "${text}"`);
  return port;
}

function readTimeZone(name: string | undefined, problems: string[]): string {
  if (name === undefined) return "America/New_York";
  try {
    Intl.DateTimeFormat("en", { timeZone: name });
  } catch {
    problems.push(`CONVOSO_TIME_ZONE: expected an IANA name such as America/New_York, got "${name}"`);
  }
  return name;
}

const loopback = new Set(["localhost", "127.0.0.1", "::1", "[::1]"]);
const everywhere = new Set(["0.0.0.0", "::"]);

function readPublicUrl(
  text: string | undefined,
  { production, host }: Pick<Environment, "production" | "host">,
  problems: string[],
): string | undefined {
  const name = "OFFHOOK_PUBLIC_URL";
  if (text === undefined) {
    if (production) problems.push(`${name}: missing`);
    else if (!loopback.has(host) && !everywhere.has(host)) {
      problems.push(`${name}: missing, and it cannot be guessed when HOST is "${host}"`);
    }
    return undefined;
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSecure = url?.protocol === "https:";
  const isLocal = url?.protocol === "http:" && loopback.has(url.hostname);
  if (production && !isSecure) {
    problems.push(`${name}: expected an https URL in production, such as https://app.example.com`);
  } else if (!isSecure && !isLocal) {
    problems.push(`${name}: expected an https URL such as https://app.example.com, or http on this machine`);
  } else if (url?.search !== "" || url.hash !== "" || url.username !== "" || url.password !== "") {
    problems.push(`${name}: expected an address without credentials, query and fragment`);
  }
  return text.replace(/\/+$/, "");
}
