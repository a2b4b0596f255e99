import type { Page } from "@offhook/core";

/** Every page until there is none; refuses to go on for ever. */
export async function allPages<Item>(
  next: (cursor: string | undefined) => Promise<Page<Item>>,
): Promise<readonly Page<Item>[]> {
  const pages: Page<Item>[] = [];
  for (let cursor: string | undefined; pages.length < 100;) {
    const page = await next(cursor);
    pages.push(page);
    if (page.nextCursor === null) return pages;
    cursor = page.nextCursor;
  }
  throw new RangeError("Expected the pages to end, got 100 of them");
}
