import type { FakeVendor } from "./fake-vendor.ts";

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const maxRedirects = 20;

/**
 * A `fetch` that only reaches these vendors; any other host fails as a network error. Follows redirects between them
 * unless it is told not to.
 *
 * @example
 * const vendor = fakeTwilio();
 * vendor.add({ key: "1" });
 * const client = createTwilioClient({ ...vendor.clientOptions, fetch: vendorFetch([vendor]) });
 */
export function vendorFetch(vendors: readonly FakeVendor[]): typeof fetch {
  return async (input, init) => {
    let request = new Request(input, init);
    for (let hops = 0; ; hops += 1) {
      const response = await answerOf(vendors, request);
      const location = response.headers.get("location");
      if (location === null || !redirects.has(response.status) || request.redirect === "manual") return response;
      if (request.redirect === "error" || hops === maxRedirects) throw networkError("a redirect that is not followed");
      request = redirected(request, location);
    }
  };
}

async function answerOf(vendors: readonly FakeVendor[], request: Request): Promise<Response> {
  const { signal, url } = request;
  signal.throwIfAborted();
  const { protocol, host } = new URL(url);
  const vendor = protocol === "https:" ? vendors.find(({ hosts }) => hosts.includes(host)) : undefined;
  if (vendor === undefined) throw networkError(`no vendor answers for ${protocol}//${host}`);
  const response = await vendor.answer(request);
  signal.throwIfAborted();
  return response;
}

/** Only what reads is ever sent elsewhere. */
function redirected({ headers, signal, url }: Request, location: string): Request {
  const next = new URL(location, url);
  const kept = new Headers(headers);
  // As every fetch does.
  if (next.origin !== new URL(url).origin) kept.delete("authorization");
  return new Request(next, { headers: kept, signal });
}

/** What `fetch` throws where there is no answer. */
const networkError = (reason: string): TypeError => new TypeError("fetch failed", { cause: new Error(reason) });
