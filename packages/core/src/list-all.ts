/** A page of anything. */
interface AnyPage<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}

/** Every item of every page, one page in memory at a time. */
export async function* listAll<Item>(
  readPage: (cursor: string | undefined) => Promise<AnyPage<Item>>,
): AsyncGenerator<Item, void, void> {
  let cursor: string | undefined;
  do {
    const page = await readPage(cursor);
    yield* page.items;
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
}
