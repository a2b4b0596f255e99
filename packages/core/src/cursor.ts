import { PayloadError } from "./errors.ts";

/** Where a page ended: the sort key of its last row. Opaque to callers. */
export interface CursorPosition {
  readonly time: string;
  readonly id: string;
}

/** Writes a position as text that fits into a URL. */
export function encodeCursor({ time, id }: CursorPosition): string {
  return encodeURIComponent(`${time}~${id}`);
}

/** @throws PayloadError `payload_invalid` for text that is not a cursor. */
export function decodeCursor(cursor: string): CursorPosition {
  let text = cursor;
  try {
    text = decodeURIComponent(cursor);
  } catch {
    // Told apart below.
  }
  const split = text.indexOf("~");
  if (split === -1)
    throw new PayloadError("payload_invalid", "Cursor: expected the nextCursor of a page, got something else");
  return { time: text.slice(0, split), id: text.slice(split + 1) };
}
