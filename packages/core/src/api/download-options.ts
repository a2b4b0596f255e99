import type { Fetch } from "./api-client.ts";
import { ConfigurationError } from "../errors.ts";
import type { RecordingLocation } from "../provider-api.ts";
import { readHosts } from "./recording-url.ts";

export interface DownloadOptions {
  /** The provider's name, for errors. */
  readonly provider: string;
  /** Where recordings may lie, redirects included: `api.example.com`, or `*.example.com` for every name below. */
  readonly hosts: readonly string[];
  /** An HTTP Range of one part, such as `bytes=0-1023`. A vendor that does no parts gives the whole. */
  readonly range?: string | undefined;
  /** Ends the download, also while its body is read. */
  readonly signal?: AbortSignal | undefined;
  /** How long each answer may take to begin, and the body to go on. Milliseconds; default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** How long all of it may take, with the pauses of whoever reads. Milliseconds; default 30 minutes. */
  readonly totalTimeoutMs?: number | undefined;
  /** What is larger is refused, or its body errors as soon as it shows. Default 512 MiB. */
  readonly maxBytes?: number | undefined;
  /**
   * Makes the requests instead of ours, such as one that goes through a proxy. Addresses, hosts and redirects are judged
   * all the same, but not where names lead to.
   */
  readonly fetch?: Fetch | undefined;
}

/** What a download goes by. */
export interface DownloadPlan {
  readonly provider: string;
  readonly hosts: readonly string[];
  /** Of the request to the location's own host; lower-case names. */
  readonly credentials: Readonly<Record<string, string>>;
  readonly range: string | undefined;
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly totalTimeoutMs: number;
  readonly maxBytes: number;
}

/** Timers take more for no time at all. */
export const longestTimerMs = 2 ** 31 - 1;

/** @throws ConfigurationError `option_invalid` */
export function planDownload({ headers = {} }: RecordingLocation, options: DownloadOptions): DownloadPlan {
  const {
    provider,
    range,
    signal,
    timeoutMs = 30_000,
    totalTimeoutMs = 30 * 60_000,
    maxBytes = 512 * 2 ** 20,
  } = options;
  return {
    provider,
    hosts: readHosts(options.hosts),
    credentials: readCredentials(headers),
    range: range === undefined ? undefined : checkRange(range),
    signal,
    timeoutMs: positive("timeoutMs", timeoutMs, longestTimerMs),
    totalTimeoutMs: positive("totalTimeoutMs", totalTimeoutMs, longestTimerMs),
    maxBytes: positive("maxBytes", maxBytes, Number.MAX_SAFE_INTEGER),
  };
}

/** One part, as players ask for it. https://www.rfc-editor.org/rfc/rfc9110#field.range */
function checkRange(range: string): string {
  const parts = /^bytes=(?:(?<from>\d{1,15})-(?<to>\d{1,15})?|-\d{1,15})$/.exec(range)?.groups;
  if (parts !== undefined && Number(parts["from"] ?? 0) <= Number(parts["to"] ?? Infinity)) return range;
  throw new ConfigurationError("option_invalid", 'range: expected one part such as "bytes=0-1023", got something else');
}

/** Ours to say, or what would make another request of it. */
const reserved: ReadonlySet<string> = new Set([
  "accept-encoding",
  "connection",
  "content-length",
  "cookie",
  "expect",
  "host",
  "keep-alive",
  "range",
  "referer",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

function readCredentials(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const credentials: Record<string, string> = {};
  for (const [given, value] of Object.entries(headers)) {
    const name = given.toLowerCase();
    if (reserved.has(name)) {
      throw new ConfigurationError("option_invalid", `headers: expected credentials, got "${name}", which is not sent`);
    }
    // Here, because platforms quote the value in their errors.
    if (!/^[a-z0-9-]+$/.test(name) || !/^[\t -~]*$/.test(value)) {
      throw new ConfigurationError("option_invalid", "headers: expected ASCII on one line, got something else");
    }
    credentials[name] = value;
  }
  return credentials;
}

function positive(name: string, value: number, most: number): number {
  if (Number.isFinite(value) && value > 0 && value <= most) return value;
  throw new ConfigurationError("option_invalid", `${name}: expected a positive number, at most ${most}, got ${value}`);
}
