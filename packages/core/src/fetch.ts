import type { Answer, IncomingRequest, ReadBody } from "./delivery.ts";
import { ConfigurationError } from "./errors.ts";
import { headerRecord } from "./headers.ts";
import { targetOf } from "./request-target.ts";
import { lingerMs, readStated, readStream } from "./read-body.ts";

/** What a Request does not tell of where it came from. */
export interface RequestOrigin {
  /** The peer's address, for the journal; where the platform tells it, such as `cf-connecting-ip` on Cloudflare. */
  readonly remoteAddress?: string | undefined;
}

/** A web-standard Request as core takes it. */
export function fromRequest(request: Request, origin: RequestOrigin = {}): IncomingRequest {
  return {
    method: request.method,
    url: targetOf(request.url),
    headers: headerRecord(request.headers),
    body: bodyOf(request),
    remoteAddress: origin.remoteAddress,
  };
}

/** Reads the raw bytes of a Request that nobody has read, for doors that know the rest of it already. */
export function bodyOf(request: Request): ReadBody {
  return async (maxBytes) => {
    if (request.bodyUsed) throw bodyWasRead();
    const statedBytes = Number(request.headers.get("content-length") ?? Number.NaN);
    try {
      // Reading a body of a stated length whole spares the stream, which costs more than the signature.
      return await (statedBytes >= 0 ? readStated(request, statedBytes, maxBytes) : readStream(request.body, maxBytes));
    } catch (error) {
      // Asked only now, because on some servers asking makes the stream.
      const { body, bodyUsed } = request;
      // Somebody has a reader on it.
      if (!bodyUsed && body?.locked === true) throw bodyWasRead();
      // The rest is thrown away: a server that hangs up over unread bytes, as workerd does, takes its answer back.
      await body?.pipeTo(new WritableStream(), { signal: AbortSignal.timeout(lingerMs) }).catch(() => undefined);
      throw error;
    }
  };
}

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
