import type { PinnedFetch } from "./pinned-fetch.ts";
import { plainFetch } from "./plain-fetch.ts";

/**
 * The platform's `fetch`. Nobody can resolve names here, let alone say which address to connect to, so a listed name that
 * leads to a private address is not noticed: the list of hosts has to do. Workers cannot reach private networks anyway.
 */
export const pinnedFetch: PinnedFetch = plainFetch((input, init) => globalThis.fetch(input, init));
