/** Contents that break parsers. */

const oddValues: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1e308,
  -0.5,
  2 ** 53 + 2,
  "",
  " ",
  "null",
  "undefined",
  "N/A",
  "\u0000",
  "\ud800",
  "a\udc00b",
  "9".repeat(400),
  "x".repeat(5_000),
  "-1",
  "NaN",
  "Infinity",
  "2026-13-45T99:99:99Z",
  "__proto__",
  "constructor",
  "<script>alert(1)</script>",
  "=cmd|' /C calc'!A0",
  "+14155550100",
  "+1",
  "client:ana",
  "📞",
  "\u202e",
  "%00",
  "' or 1=1 --",
  [],
  {},
  [[]],
  [null],
  [{}],
  { length: 1e9 },
  { toString: 1 },
  { valueOf: null },
  JSON.parse('{"then":1}'),
  ["a", 1, null, {}],
];

export function pick<Item>(items: readonly Item[], random: () => number): Item {
  // The index is inside the list, which is never empty here.
  return items[Math.floor(random() * items.length)] as Item;
}

export function oddText(random: () => number): string {
  const kind = Math.floor(random() * 10);
  if (kind === 0) return "[".repeat(1_000) + "]".repeat(1_000);
  if (kind === 1) return `${'{"a":'.repeat(1_000)}1${"}".repeat(1_000)}`;
  if (kind === 2) return '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
  if (kind === 3) return String.fromCharCode(...Array.from({ length: 50 }, () => Math.floor(random() * 65_536)));
  if (kind === 4) return "a=1&".repeat(Math.floor(random() * 3_000));
  if (kind === 5) return "%".repeat(20) + "&=&=&".repeat(20);
  if (kind === 6) return "\ufeff{}";
  const value = pick(oddValues, random);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Bytes changed, cut, doubled or put in. */
export function mutateBytes(bytes: Uint8Array, random: () => number): Uint8Array {
  const changed = [...bytes.subarray(0, 20_000)];
  const times = 1 + Math.floor(random() * 4);
  for (let time = 0; time < times; time += 1) {
    const at = Math.floor(random() * (changed.length + 1));
    const kind = random();
    if (kind < 0.4) changed[at] = Math.floor(random() * 256);
    else if (kind < 0.6) changed.length = at;
    else if (kind < 0.8) changed.splice(at, Math.floor(random() * 30));
    // An invalid UTF-8 sequence, a NUL, a lone surrogate.
    else changed.splice(at, 0, ...pick([[0xff, 0xfe], [0], [0xed, 0xa0, 0x80], [0x5b, 0x5b], [0x26, 0x3d]], random));
  }
  return Uint8Array.from(changed);
}

/** JSON with some members replaced by odd values, renamed or doubled; a form with odd fields. */
export function mutateJson(text: string, random: () => number): Uint8Array {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const fields = [...new URLSearchParams(text)].map(([name, field]): [string, string] => [
      name,
      random() < 0.15 ? oddText(random).slice(0, 500) : field,
    ]);
    return new TextEncoder().encode(new URLSearchParams(fields).toString());
  }
  const times = 1 + Math.floor(random() * 5);
  for (let time = 0; time < times; time += 1) value = replaceSomewhere(value, random, 0);
  return new TextEncoder().encode(JSON.stringify(value));
}

function replaceSomewhere(value: unknown, random: () => number, depth: number): unknown {
  if (typeof value !== "object" || value === null || random() < 0.08 || depth > 8) {
    return random() < 0.02 ? JSON.parse("[".repeat(1_000) + "]".repeat(1_000)) : pick(oddValues, random);
  }
  if (Array.isArray(value)) {
    if (value.length === 0) return [pick(oddValues, random)];
    const at = Math.floor(random() * value.length);
    return value.with(at, replaceSomewhere(value[at], random, depth + 1));
  }
  const names = Object.keys(value);
  if (names.length === 0) return { x: pick(oddValues, random) };
  const name = pick(names, random);
  // The name is one of its own.
  const member = (value as { [name: string]: unknown })[name];
  return { ...value, [name]: replaceSomewhere(member, random, depth + 1) };
}
