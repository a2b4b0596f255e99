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
