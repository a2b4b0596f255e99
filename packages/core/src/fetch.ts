import type { Answer, IncomingRequest, ReadBody } from "./delivery.ts";
import { ConfigurationError } from "./errors.ts";
import { headerRecord } from "./headers.ts";
import { targetOf } from "./request-target.ts";
import { bodyTooLarge, inTime, readStream, readWhole, throwAway, type WithinTime } from "./read-body.ts";
import { isWorker } from "./runtime.ts";

/** What a Request does not tell of where it came from. */
export interface RequestOrigin {
  /** The peer's address, for the journal; where the platform tells it, such as `cf-connecting-ip` on Cloudflare. */
  readonly remoteAddress?: string | null | undefined;
}

/** A web-standard Request as core takes it. */
export function fromRequest(request: Request, origin: RequestOrigin = {}): IncomingRequest {
  return {
    method: request.method,
    url: targetOf(request.url),
    headers: headerRecord(request.headers),
    body: bodyOf(request),
    remoteAddress: origin.remoteAddress ?? undefined,
  };
}

/**
 * Reads the raw bytes of a Request that nobody has read, for doors that know the rest of it already.
 *
 * @param within what keeps the time; default: a timer for each body.
 */
export function bodyOf(request: Request, within: WithinTime = inTime): ReadBody {
  return async (maxBytes) => {
    if (request.bodyUsed) throw bodyWasRead();
    const statedBytes = Number(request.headers.get("content-length") ?? Number.NaN);
    // Spares the stream, which costs more than the signature on some servers.
    if (statedBytes <= Math.min(wholeBytes, maxBytes) && isHeldToLength(request)) {
      return readWhole(request, maxBytes, within).catch((error: unknown) => {
        throw isTaken(request) ? bodyWasRead() : error;
      });
    }
    const { body } = request;
    if (body?.locked === true) throw bodyWasRead();
    if (statedBytes > maxBytes) {
      if (body !== null) await throwAway(body.getReader());
      throw bodyTooLarge(maxBytes);
    }
    return readStream(body, maxBytes, within);
  };
}

/** The most that is read without being able to cut it off. */
const wholeBytes = 64 * 1024;

/** Workerd takes a body in chunks that states a length as well, and reads on behind it. */
const isHeldToLength = ({ headers }: Request): boolean => !isWorker && !headers.has("transfer-encoding");

/** Somebody has a reader on it. */
const isTaken = ({ bodyUsed, body }: Request): boolean => !bodyUsed && body?.locked === true;

const bodyWasRead = (): ConfigurationError =>
  new ConfigurationError(
    "body_already_parsed",
    "Body: expected an unread Request, got one whose body was read: hand it to Offhook first, or hand on request.clone()",
  );

/** An answer as a web-standard Response. */
export function toResponse({ status, headers, body }: Answer): Response {
  // A response to 204 must not have a body, not even an empty one.
  return new Response(status === 204 ? null : body, { status, headers });
}
