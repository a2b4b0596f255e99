import type { Fetch } from "./api-client.ts";
import type { PinnedFetch } from "./pinned-fetch.ts";

/**
 * One request by any `fetch`. Server platforms keep no cookies and send no referrer; saying so would be refused by workerd,
 * which knows no such options.
 */
export function plainFetch(fetch: Fetch): PinnedFetch {
  return async (url, { headers, signal }) =>
    fetch(url.href, { method: "GET", headers: { ...headers }, redirect: "manual", signal });
}
