/** Times as Offhook writes them: ISO-8601, UTC, milliseconds. Readers give null for what is not a time. */

// The years that an ISO string writes with four digits; what is outside is a wrong unit, not a time of a call.
const earliestMs = Date.UTC(1970, 0, 1);
const latestMs = Date.UTC(9999, 11, 31);

/** Milliseconds since 1970. */
export function isoFromMs(ms: number | null | undefined): string | null {
  if (typeof ms !== "number" || !(ms >= earliestMs && ms <= latestMs)) return null;
  return formatIso(Math.trunc(ms));
}

const dayMs = 86_400_000;
const twoDigits = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, "0"));
let lastDay = -1;
let lastDate = "";

/** What `toISOString` gives, at a quarter of its cost: the date is kept, because most times are of the same day. */
function formatIso(ms: number): string {
  const day = Math.floor(ms / dayMs);
  if (day !== lastDay) {
    lastDate = new Date(ms).toISOString().slice(0, 10);
    lastDay = day;
  }
  const hours = twoDigits[Math.floor(ms / 3_600_000) % 24] ?? "";
  const minutes = twoDigits[Math.floor(ms / 60_000) % 60] ?? "";
  const seconds = twoDigits[Math.floor(ms / 1000) % 60] ?? "";
  return `${lastDate}T${hours}:${minutes}:${seconds}.${String(ms % 1000).padStart(3, "0")}Z`;
}

/** Seconds since 1970, with or without a fraction. */
export function isoFromSeconds(seconds: number | null | undefined): string | null {
  return typeof seconds === "number" ? isoFromMs(Math.round(seconds * 1000)) : null;
}

// A zone, because text without one would be read in the zone of this machine.
const withZone = /(?:Z|[+-]\d{2}:?\d{2}|GMT|UTC)\s*$/i;

// What need not be parsed to be written again. Without the days after the 28th, which not every month has.
const alreadyIso =
  /^(?:19[7-9]\d|[2-9]\d{3})-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3])(?::[0-5]\d){2}\.\d{3}Z$/;

/** ISO-8601 or RFC 2822 text that names its zone. Text without a zone gives null: see the provider for its zone. */
export function isoFromText(text: string | null | undefined): string | null {
  if (typeof text !== "string" || text.length > 64) return null;
  if (alreadyIso.test(text)) return text;
  if (!withZone.test(text)) return null;
  return isoFromMs(Date.parse(text));
}

/** A time and a number of seconds after it. */
export function addSeconds(iso: string | null, seconds: number | null | undefined): string | null {
  if (iso === null || typeof seconds !== "number") return null;
  return isoFromMs(Date.parse(iso) + Math.round(seconds * 1000));
}
