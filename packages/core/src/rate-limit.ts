import { addressGroup } from "./client-address.ts";
import { ConfigurationError } from "./errors.ts";
import type { Logger } from "./logger.ts";

/** Counts requests that could not be verified. Verified ones are never asked about. */
export interface RateLimiter {
  /**
   * Counts one and says whether it is still within the limit. Where it throws, the request passes: it is refused in any case.
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
export type UnverifiedLimit = (address: string | undefined) => boolean | Promise<boolean>;

/** @throws ConfigurationError `option_invalid` */
export function unverifiedLimit(
  options: RateLimitOptions | false | undefined,
  { now, logger }: { readonly now: () => number; readonly logger: Logger },
): UnverifiedLimit {
  if (options === false) return () => true;
  const { perMinute = 100, limiter = memoryLimiter(perMinute) } = options ?? {};
  if (!(perMinute >= 0)) {
    throw new ConfigurationError("option_invalid", `rateLimit.perMinute: expected a number, got ${perMinute}`);
  }
  let suppressed = 0;
  let saidMs = -Infinity;
  // One line a minute: a flood shall not fill the log either.
  const say = (address: string, isWithin: boolean): boolean => {
    if (isWithin) return true;
    suppressed += 1;
    const nowMs = now();
    if (nowMs - saidMs < minuteMs) return false;
    saidMs = nowMs;
    logger.warn({ address, suppressed }, "Unverified requests beyond the limit are answered 429 and not journaled");
    suppressed = 0;
    return false;
  };
  return (remoteAddress) => {
    const address = remoteAddress === undefined ? "unknown" : addressGroup(remoteAddress);
    try {
      const taken = limiter.take(address, now());
      if (typeof taken === "boolean") return say(address, taken);
      return taken.then(
        (isWithin) => say(address, isWithin),
        () => true,
      );
    } catch {
      return true;
    }
  };
}
