import { pinnedFetch } from "#pinned-fetch";
import { ApiError } from "../api-error.ts";
import { checkedBody } from "./checked-body.ts";
import { planDownload, type DownloadOptions, type DownloadPlan } from "./download-options.ts";
import { watchDownload, type DownloadWatch } from "./download-watch.ts";
import { codeOf, reasonOf } from "./failure-code.ts";
import { addressRefused, type PinnedFetch, type PinnedResponse } from "./pinned-fetch.ts";
import { plainFetch } from "./plain-fetch.ts";
import type { RecordingLocation } from "../provider-api.ts";
import { readHead, type Fail } from "./recording-head.ts";
import type { RecordingStream } from "../recording-stream.ts";
import { judgeRedirect, judgeUrl, type JudgedUrl } from "./recording-url.ts";

/**
 * Opens a recording at an address that somebody else wrote down. Goes to listed hosts on the public internet only, over
 * https, and takes nothing but audio. The body has to be read to its end or cancelled.
 *
 * On Node, Bun and Deno the addresses behind each name are judged as well, and are the ones that are connected to; from a
 * network where IPv4 is reached through NAT64, nothing is public. Other platforms leave addresses to their `fetch`.
 *
 * @throws ApiError `url_refused` for an address that is not gone to; otherwise what the vendor's answer amounts to. No
 *   message holds the address, which may be a secret. Also what the signal was aborted with.
 * @throws ConfigurationError `option_invalid`
 */
export async function openDownload(location: RecordingLocation, options: DownloadOptions): Promise<RecordingStream> {
  return openDownloadBy(options.fetch === undefined ? pinnedFetch : plainFetch(options.fetch), location, options);
}

/** `openDownload` over any network, for tests. */
export async function openDownloadBy(
  network: PinnedFetch,
  location: RecordingLocation,
  options: DownloadOptions,
): Promise<RecordingStream> {
  const plan = planDownload(location, options);
  const { provider, range, maxBytes } = plan;
  const fail: Fail = (code, said, details) =>
    new ApiError(code, `Recording of ${provider}: ${said}`, { provider, ...details });
  const url = urlOf(judgeUrl(location.url, plan.hosts), "its address", fail);
  const watch = watchDownload({ ...plan, lateness: (ms) => fail("api_unavailable", `not there within ${ms} ms`) });
  let response: PinnedResponse | undefined;
  try {
    response = await follow(network, url, { plan, watch, fail });
    const head = readHead(response, range !== undefined, fail);
    const tooLarge = (): ApiError => fail("api_rejected", `larger than the ${maxBytes} bytes of maxBytes`);
    if (head.bytes !== null && head.bytes > maxBytes) throw tooLarge();
    const body = checkedBody(response.body ?? emptyStream(), {
      expectedBytes: head.bytes,
      maxBytes,
      watch,
      tooLarge,
      wrongLength: () => fail("api_unavailable", "its length is not the one that was announced"),
      broken: (error) => fail("api_unavailable", `the connection broke off${reasonOf(error)}`),
    });
    return { ...head, body };
  } catch (error) {
    release(response);
    watch.end(error);
    throw error;
  }
}

interface Following {
  readonly plan: DownloadPlan;
  readonly watch: DownloadWatch;
  readonly fail: Fail;
}

const maxRedirects = 5;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** The first answer that is no redirect. */
async function follow(network: PinnedFetch, first: URL, { plan, watch, fail }: Following): Promise<PinnedResponse> {
  const { hosts, range } = plan;
  let { credentials } = plan;
  let url = first;
  for (let hops = 0; ; hops += 1) {
    const response = await ask(network, url, { credentials, range, watch, fail });
    const { status, headers, redirected = false } = response;
    if (!redirected && !redirects.has(status)) return response;
    release(response);
    if (redirected) throw fail("url_refused", "expected a fetch that follows no redirect, got one that does");
    if (hops === maxRedirects) throw fail("url_refused", `more than ${maxRedirects} redirects`);
    const location = headers.get("location");
    if (location === null) throw fail("api_malformed", "a redirect leads nowhere", { status });
    const next = urlOf(judgeRedirect(location, url, hosts), "a redirect", fail);
    // For good: that another host leads back proves nothing.
    if (next.host !== url.host) credentials = {};
    url = next;
  }
}

interface Asking extends Omit<Following, "plan">, Pick<DownloadPlan, "credentials" | "range"> {}

async function ask(
  network: PinnedFetch,
  url: URL,
  { credentials, range, watch, fail }: Asking,
): Promise<PinnedResponse> {
  const headers = {
    accept: "audio/*, application/octet-stream;q=0.9, */*;q=0.1",
    "user-agent": "offhook",
    ...credentials,
    // What is compressed has other parts and another length.
    "accept-encoding": "identity",
    ...(range === undefined ? {} : { range }),
  };
  const { signal } = watch;
  const asked = network(url, { headers, signal });
  try {
    return await watch.wait(asked);
  } catch (error) {
    // An answer may come although nobody waits for it any more.
    asked.then(release, () => undefined);
    if (signal.aborted) throw error;
    if (codeOf(error) === addressRefused) {
      throw fail("url_refused", `its host "${url.hostname}" leads to an address that is not public`);
    }
    // Without the cause: what platforms throw here quotes the address.
    throw fail("api_unavailable", `no answer${reasonOf(error)}`);
  }
}

function urlOf(judged: JudgedUrl, what: string, fail: Fail): URL {
  if ("refusal" in judged) throw fail("url_refused", `${what} is refused: ${judged.refusal}`);
  return judged.url;
}

/** Lets go of an answer that nobody reads. */
function release(response: PinnedResponse | undefined): void {
  response?.body?.cancel().catch(() => undefined);
}

function emptyStream(): ReadableStream<Uint8Array> {
  return new ReadableStream({ start: (controller) => controller.close() });
}
