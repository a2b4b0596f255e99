import { ApiError } from "../api-error.ts";

/** A page of what an API lists, item by item. */
export interface ItemPage<Item> {
  readonly items: readonly Item[];
  /** Why items could not be read, one text each, without their content. */
  readonly unreadable: readonly string[];
  /** Null on the last page. */
  readonly nextCursor: string | null;
  /** How many the vendor counts in all; null where it does not say. */
  readonly total: number | null;
}

/**
 * Reads each item of a list by itself, so that one that is not as documented costs no other.
 *
 * @param read gives undefined for what is not such an item.
 * @throws ApiError `api_malformed` for what is no list.
 */
export function readItems<Item>(
  provider: string,
  what: string,
  list: unknown,
  read: (item: unknown) => Item | undefined,
): Pick<ItemPage<Item>, "items" | "unreadable"> {
  if (!Array.isArray(list)) throw malformed(provider, what, "expected a list");
  const items: Item[] = [];
  const unreadable: string[] = [];
  list.forEach((each: unknown, index) => {
    const item = read(each);
    if (item === undefined) unreadable.push(`${what}: item ${index} is not as documented`);
    else items.push(item);
  });
  return { items, unreadable };
}

/** The answer is JSON, and yet not what the vendor documents. */
export function malformed(provider: string, what: string, expected: string): ApiError {
  return new ApiError("api_malformed", `API of ${provider}, ${what}: ${expected}, got something else`, { provider });
}

/**
 * Every item of every page, one page in memory at a time.
 * @throws ApiError; `api_malformed` after the items of a page of which one could not be read.
 */
export async function* listAll<Item>(
  provider: string,
  readPage: (cursor: string | undefined) => Promise<ItemPage<Item>>,
): AsyncGenerator<Item, void, void> {
  let cursor: string | undefined;
  const visited = new Set<string>();
  do {
    const { items, unreadable, nextCursor } = await readPage(cursor);
    yield* items;
    if (unreadable[0] !== undefined) {
      throw new ApiError("api_malformed", `API of ${provider}, ${unreadable[0]}`, { provider });
    }
    cursor = nextCursor ?? undefined;
    if (cursor !== undefined && visited.has(cursor)) {
      throw new ApiError("api_malformed", `API of ${provider}: its pages lead back to one that was read`, { provider });
    }
    if (cursor !== undefined) visited.add(cursor);
  } while (cursor !== undefined);
}
