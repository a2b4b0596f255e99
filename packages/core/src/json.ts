import { PayloadError } from "./errors.ts";

const decoder = new TextDecoder();

/**
 * Parses a body as JSON.
 * @throws PayloadError `payload_invalid`. The message never quotes the body.
 */
export function parseJson(body: Uint8Array | string): unknown {
  const text = typeof body === "string" ? body : decoder.decode(body);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    // The engine's message quotes the text, so it is not kept.
    const kind = cause instanceof SyntaxError ? "" : ": too deep or too large";
    throw new PayloadError(
      "payload_invalid",
      `Body: expected JSON, got ${text.length} characters of something else${kind}`,
    );
  }
}

/** True for what JSON calls an object. */
export function isRecord(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether two values are the same as JSON. The order of names does not count, and undefined is as good as absent. */
export function isSameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true;
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, index) => isSameJson(item, right[index]));
  }
  if (!isRecord(left) || !isRecord(right)) return false;
  const names = namesOf(left);
  return names.length === namesOf(right).length && names.every((name) => isSameJson(left[name], ownOf(right, name)));
}

const namesOf = (record: { readonly [name: string]: unknown }): string[] =>
  Object.keys(record).filter((name) => record[name] !== undefined);

const ownOf = (record: { readonly [name: string]: unknown }, name: string): unknown =>
  Object.hasOwn(record, name) ? record[name] : undefined;
