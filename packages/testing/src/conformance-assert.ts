/** What the cases check with: plain functions that throw, so that the cases run under any test runner. */

class ConformanceError extends Error {
  override readonly name = "ConformanceError";
}

/** @param expectation what should be, as a sentence. */
export function assertThat(holds: boolean, expectation: string): void {
  if (!holds) throw new ConformanceError(`Expected: ${expectation}`);
}

/** Compares as JSON does: by own members in any order, members that are undefined do not count. Bytes compare as bytes. */
export function assertEqual(actual: unknown, expected: unknown, what: string): void {
  const [found, wanted] = [describe(actual), describe(expected)];
  if (found !== wanted) throw new ConformanceError(`${what}: expected ${shorten(wanted)}, got ${shorten(found)}`);
}

/** @returns what the promise was rejected with. */
export async function assertRejects(promise: Promise<unknown>, what: string): Promise<unknown> {
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    return error;
  }
  throw new ConformanceError(`${what}: expected a rejection, got ${shorten(describe(value))}`);
}

function describe(value: unknown): string {
  if (value === undefined) return "undefined";
  if (value instanceof Uint8Array) return `bytes(${value.length}) ${value.join(" ")}`;
  if (Array.isArray(value)) return `[${value.map(describe).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${describe(member)}`);
  return `{${members.join(",")}}`;
}

const shorten = (text: string): string => (text.length > 400 ? `${text.slice(0, 400)}…` : text);
