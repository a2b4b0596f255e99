import { ConfigurationError } from "../errors.ts";
import { timeOf } from "../list-options.ts";

export interface CallRange {
  /** The start of the calls: from inclusive, to exclusive. A day in UTC, or ISO-8601 with a zone. */
  readonly from: string;
  readonly to: string;
}

const day = /^\d{4}-\d{2}-\d{2}$/;

/**
 * The range as ISO-8601 in UTC with milliseconds. A time without a zone is refused: it would be another on each machine.
 *
 * @param name of the client's maker, such as `createTwilioClient`; named in the error.
 * @param now the clock that a range without an end ends by. Milliseconds since 1970.
 * @throws ConfigurationError `option_invalid`.
 */
export function readCallRange(
  name: string,
  { from, to }: { readonly from: string; readonly to?: string | undefined },
  now: () => number = Date.now,
): CallRange {
  const end = to === undefined ? new Date(now()).toISOString() : edgeOf(name, "to", to);
  const range = { from: edgeOf(name, "from", from), to: end };
  if (range.from < range.to) return range;
  throw new ConfigurationError("option_invalid", `${name}: expected a range from a time to a later one`);
}

/** ISO-8601 in UTC with milliseconds, of a day or a time; null for what is neither. */
export const dayOrTime = (text: string): string | null => timeOf(day.test(text) ? `${text}T00:00:00.000Z` : text);

function edgeOf(name: string, member: string, text: string): string {
  const time = dayOrTime(text);
  if (time !== null) return time;
  throw new ConfigurationError(
    "option_invalid",
    `${name}, ${member}: expected a day such as 2026-11-20, or ISO-8601 with its zone, got something else`,
  );
}
