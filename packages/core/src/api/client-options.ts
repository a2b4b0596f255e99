import type { Fetch } from "./api-client.ts";
import { longestTimerMs } from "./download-options.ts";
import { ConfigurationError } from "../errors.ts";
import { readHosts } from "./recording-url.ts";

/** What all clients take. */
export interface ClientOptions {
  /** Default: the platform's. */
  readonly fetch?: Fetch;
  /** How long one attempt may take, its body included. Milliseconds above 0; default 15,000. */
  readonly timeoutMs?: number;
  /** How often a request that changes nothing is tried in all, 1 to 10. Default 3. */
  readonly attempts?: number;
  /**
   * Instead of the vendor's own address, for its other regions. https, or http on this machine; without user info, query
   * or fragment.
   */
  readonly baseUrl?: string;
  /** More hosts that recordings may be read from: `calls.example.com`, or `*.example.com` for every name below. */
  readonly recordingHosts?: readonly string[];
}

/** What a client goes by. */
export interface ClientPlan {
  readonly fetch: Fetch | undefined;
  /** Whole milliseconds. */
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly base: URL;
}

const mostAttempts = 10;

/**
 * @param maker of the client, such as `createTwilioClient`; named in the error.
 * @param ownBaseUrl the vendor's address.
 * @throws ConfigurationError `option_invalid` for what would fail at the first request or the first recording. No
 *   message quotes a text, which may be a secret in the wrong place.
 */
export function readClientOptions(maker: string, ownBaseUrl: string, options: ClientOptions): ClientPlan {
  const { fetch, timeoutMs = 15_000, attempts = 3, baseUrl = ownBaseUrl, recordingHosts = [] } = options;
  const invalid = (option: string, expected: string, got: string): ConfigurationError =>
    new ConfigurationError("option_invalid", `${maker}({ ${option} }): expected ${expected}, got ${got}`);
  if (fetch !== undefined && typeof fetch !== "function") throw invalid("fetch", "a function", kindOf(fetch));
  if (!Number.isFinite(timeoutMs) || timeoutMs <= 0 || timeoutMs > longestTimerMs) {
    throw invalid("timeoutMs", `milliseconds above 0, at most ${longestTimerMs}`, kindOf(timeoutMs));
  }
  // What is no number would never be reached by counting.
  if (!Number.isInteger(attempts) || attempts < 1 || attempts > mostAttempts) {
    throw invalid("attempts", `a whole number from 1 to ${mostAttempts}`, kindOf(attempts));
  }
  readHosts(recordingHosts, `${maker}({ recordingHosts })`);
  const base = readBase(baseUrl);
  if (typeof base === "string") throw invalid("baseUrl", "an https URL without user info, query or fragment", base);
  // The platform's time limit takes no parts of milliseconds.
  return { fetch, timeoutMs: Math.ceil(timeoutMs), attempts, base };
}

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Or what it is instead. Credentials go over https alone, but for a vendor made up for tests. */
function readBase(given: unknown): URL | string {
  if (typeof given !== "string") return kindOf(given);
  const url = URL.canParse(given) ? new URL(given) : undefined;
  if (url?.protocol !== "https:" && !(url?.protocol === "http:" && loopback.has(url.hostname))) return "another text";
  if (url.username !== "" || url.password !== "") return "one with user info";
  // By the text: the platform drops a fragment or a query that is empty.
  if (given.includes("#")) return "one with a fragment";
  return given.includes("?") ? "one with a query" : url;
}

function kindOf(value: unknown): string {
  if (typeof value === "number" || value === null) return String(value);
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
