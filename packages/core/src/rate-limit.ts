import { addressGroup } from "./client-address.ts";
import { ConfigurationError } from "./errors.ts";
import type { Logger } from "./logger.ts";
import { onceAMinute } from "./once-a-minute.ts";

/** Counts requests that could not be verified. Verified ones are never asked about. */
export interface RateLimiter {
  /**
   * Counts one and says whether it is still within the limit. Where it throws, or does not answer
   * within a second, the request passes: it is refused in any case.
   *
   * @param address an IPv4 address, the first four groups of an IPv6 one, or `unknown`.
   */
  take(address: string, nowMs: number): boolean | Promise<boolean>;
}

export interface RateLimitOptions {
  /** Unverified requests of one address in a minute. Default 100. */
  readonly perMinute?: number;
  /** One that several processes share; default: each process counts for itself, in memory. */
  readonly limiter?: RateLimiter;
}

const minuteMs = 60_000;
/** Addresses that are remembered; with more, those seen first are forgotten. */
const mostAddresses = 10_000;

/** Counts in memory, by the minute. */
function memoryLimiter(perMinute: number): RateLimiter {
  const counts = new Map<string, { sinceMs: number; count: number }>();
  return {
    take(address, nowMs) {
      const known = counts.get(address);
      if (known !== undefined && nowMs - known.sinceMs < minuteMs && nowMs >= known.sinceMs) {
        known.count += 1;
        return known.count <= perMinute;
      }
      counts.delete(address);
      counts.set(address, { sinceMs: nowMs, count: 1 });
      const [oldest] = counts.keys();
      if (counts.size > mostAddresses && oldest !== undefined) counts.delete(oldest);
      return perMinute > 0;
    },
  };
}

/** Whether one more unverified request of an address is answered in earnest. Never rejects. */
export type UnverifiedLimit = (address: string | undefined) => Promise<boolean>;

/** @throws ConfigurationError `option_invalid` */
export function unverifiedLimit(
  options: RateLimitOptions | false | undefined,
  { now, logger }: { readonly now: () => number; readonly logger: Logger },
): UnverifiedLimit {
  if (options === false) return () => Promise.resolve(true);
  const { perMinute = 100, limiter = memoryLimiter(perMinute) } = options ?? {};
  if (typeof options === "number" || !(perMinute >= 0) || typeof limiter.take !== "function") {
    throw new ConfigurationError("option_invalid", "rateLimit: expected { perMinute } or { limiter } with take");
  }
  const tell = onceAMinute(now, (address: string, suppressed) =>
    logger.warn({ address, suppressed }, "Unverified requests beyond the limit are answered 429 and not journaled"),
  );
  return async (remoteAddress) => {
    // Doors are written in JavaScript as well, and null is what a header that is missing gives.
    const address = addressGroup(remoteAddress ?? "unknown");
    let isWithin = true;
    try {
      const taken = limiter.take(address, now());
      isWithin = typeof taken === "boolean" ? taken : await inPatience(taken);
    } catch {
      // The request is refused in any case.
    }
    if (!isWithin) tell(address);
    return isWithin;
  };
}

/** A limiter that does not answer lets pass: nobody waits for it longer than this. */
const patienceMs = 1_000;

function inPatience(taken: Promise<boolean>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(true), patienceMs);
    taken.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
