import { isSecretName, type SecretName } from "./secret-names.ts";
import { checkVendorVariables, type MissingByProvider } from "./vendor-variables.ts";

/** What the server needs to ask the vendors' APIs. A vendor whose part is undefined is not asked. */
export interface ApiSettings {
  readonly callrail: { readonly apiKey: string; readonly accountId: string; readonly companyId?: string } | undefined;
  readonly elevenlabs: { readonly apiKey: string } | undefined;
  readonly twilio: { readonly accountSid: string; readonly authToken: string } | undefined;
  readonly convoso: { readonly authToken: string } | undefined;
  readonly retell: { readonly apiKey: string } | undefined;
  /** Where recordings may lie besides the vendors' own hosts. */
  readonly recordingHosts: readonly string[];
  /** Keeps recordings in the data folder. */
  readonly archiveRecordings: boolean;
  /** What to set, so that more can be asked. */
  readonly missing: MissingByProvider;
}

/**
 * Reads them; a key without what belongs to it is a problem. Secrets that were made up for development open no API.
 *
 * @param secrets as they are set; of several, the first is the one that is valid at the vendor.
 */
export function readApiSettings(
  valueOf: (name: string) => string | undefined,
  secrets: { readonly [Name in SecretName]?: readonly string[] },
  problems: string[],
): ApiSettings {
  const callRailKey = valueOf("CALLRAIL_API_KEY");
  const accountId = valueOf("CALLRAIL_ACCOUNT_ID");
  const companyId = valueOf("CALLRAIL_COMPANY_ID");
  if (callRailKey !== undefined && accountId === undefined) {
    problems.push("CALLRAIL_ACCOUNT_ID: missing, and CALLRAIL_API_KEY is of no use without it");
  }
  const firstOf = (name: string): string | undefined => (isSecretName(name) ? secrets[name]?.[0] : valueOf(name));
  const missing = checkVendorVariables(firstOf, problems);
  const elevenLabsKey = valueOf("ELEVENLABS_API_KEY");
  const accountSid = valueOf("TWILIO_ACCOUNT_SID");
  const twilioToken = firstOf("TWILIO_AUTH_TOKEN");
  const convosoToken = valueOf("CONVOSO_AUTH_TOKEN");
  const retellKey = firstOf("RETELL_API_KEY");
  return {
    callrail:
      callRailKey === undefined || accountId === undefined
        ? undefined
        : { apiKey: callRailKey, accountId, ...(companyId === undefined ? {} : { companyId }) },
    elevenlabs: elevenLabsKey === undefined ? undefined : { apiKey: elevenLabsKey },
    twilio: accountSid === undefined || twilioToken === undefined ? undefined : { accountSid, authToken: twilioToken },
    convoso: convosoToken === undefined ? undefined : { authToken: convosoToken },
    retell: retellKey === undefined ? undefined : { apiKey: retellKey },
    recordingHosts: readHosts("OFFHOOK_RECORDING_HOSTS", valueOf, problems),
    archiveRecordings: readFlag("OFFHOOK_ARCHIVE_RECORDINGS", valueOf, problems),
    missing,
  };
}

function readFlag(name: string, valueOf: (name: string) => string | undefined, problems: string[]): boolean {
  const value = valueOf(name) ?? "false";
  if (value !== "true" && value !== "false") problems.push(`${name}: expected true or false, got "${value}"`);
  return value === "true";
}

const label = "(?!xn--)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
/** What the clients take, so that a bad one shows at the start; the last label begins with a letter, as in no address. */
const hostName = new RegExp(`^(?:\\*\\.)?(?:${label}\\.)+(?=[a-z])${label}$`, "i");

function readHosts(name: string, valueOf: (name: string) => string | undefined, problems: string[]): readonly string[] {
  const hosts = (valueOf(name) ?? "")
    .split(",")
    .map((host) => host.trim())
    .filter((host) => host !== "");
  if (!hosts.every((host) => hostName.test(host))) {
    problems.push(`${name}: expected names of hosts such as bucket.s3.amazonaws.com, or *.example.com, with commas`);
  }
  return hosts;
}
