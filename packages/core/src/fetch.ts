import type { Answer, IncomingRequest } from "./delivery.ts";
import { targetOf } from "./request-target.ts";
import { readStream } from "./read-body.ts";

/** A web-standard Request as core takes it. */
export function fromRequest(request: Request): IncomingRequest {
  const headers: { [name: string]: string } = Object.create(null);
  for (const [name, value] of request.headers) headers[name] = value;
  return {
    method: request.method,
    url: targetOf(request.url),
    headers,
    body: (maxBytes) => readStream(request.body, maxBytes),
  };
}

/** An answer as a web-standard Response. */
export function toResponse({ status, headers, body }: Answer): Response {
  // A response to 204 must not have a body, not even an empty one.
  return new Response(status === 204 ? null : body, { status, headers });
}
