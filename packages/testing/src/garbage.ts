import type { SampleRequest } from "./sample.ts";

/** Contents that are no payload, or no longer one. */

const contentTypes = ["application/json", "application/x-www-form-urlencoded", "text/plain", ""];
export const contentTypeOf = (random: () => number): string =>
  contentTypes[Math.floor(random() * contentTypes.length)] ?? "";
const oddPieces = [
  "null",
  "0",
  "[]",
  "{}",
  '""',
  "[{}]",
  '{"__proto__":{"a":1}}',
  "\u0000",
  "\ud800",
  "%00=%ff&&=",
  "a=b&a=c",
  "{",
  "[".repeat(1000),
  `${'{"a":'.repeat(1000)}1${"}".repeat(1000)}`,
  '{"call":null}',
  '{"data":[]}',
  '{"call":{"call_id":7}}',
  "CallSid=&CallStatus=completed",
];

/** A sample with a piece cut out or replaced, or something that is no payload at all. */
export function garbage(random: () => number, samples: readonly SampleRequest[]): Uint8Array {
  const odd = oddPieces[Math.floor(random() * oddPieces.length)] ?? "";
  const sample = samples[Math.floor(random() * samples.length)]?.body ?? "";
  const cut = Math.floor(random() * sample.length);
  const text =
    random() < 0.3
      ? odd
      : sample.slice(0, cut) + (random() < 0.5 ? odd : "") + sample.slice(cut + Math.floor(random() * 20));
  return new TextEncoder().encode(text);
}
