import { encodeCursor, type CursorPosition, type Page } from "@offhook/core";

/** Where a record stands in a list. */
export interface ListPosition {
  readonly created_at: string;
  readonly id: string;
}

/** The order of lists, for what several statements found. */
export function newestFirst(left: ListPosition, right: ListPosition): number {
  if (left.created_at !== right.created_at) return left.created_at < right.created_at ? 1 : -1;
  return left.id < right.id ? 1 : -1;
}

/** @param found one more than the limit, where there are more. */
export function pageOf<Item>(
  found: readonly Item[],
  limit: number,
  positionOf: (item: Item) => CursorPosition,
): Page<Item> {
  const data = found.slice(0, limit);
  const last = data.at(-1);
  return { data, nextCursor: found.length > limit && last !== undefined ? encodeCursor(positionOf(last)) : null };
}
