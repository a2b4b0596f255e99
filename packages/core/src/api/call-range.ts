import { ConfigurationError } from "../errors.ts";
import { isoFromText } from "../time.ts";

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
 * @throws ConfigurationError `option_invalid`.
 */
export function readCallRange(name: string, { from, to }: CallRange): CallRange {
  const range = { from: timeOf(name, "from", from), to: timeOf(name, "to", to) };
  if (range.from < range.to) return range;
  throw new ConfigurationError("option_invalid", `${name}: expected a range from a time to a later one`);
}

function timeOf(name: string, member: string, text: string): string {
  const time = typeof text === "string" ? isoFromText(day.test(text) ? `${text}T00:00:00.000Z` : text) : null;
  if (time !== null) return time;
  throw new ConfigurationError(
    "option_invalid",
    `${name}, ${member}: expected a day such as 2026-11-20, or ISO-8601 with its zone, got something else`,
  );
}
