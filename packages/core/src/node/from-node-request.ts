import type { IncomingMessage } from "node:http";
import type { IncomingRequest } from "../delivery.ts";
import { bodyAlreadyParsed } from "./body-already-parsed.ts";
import { readNodeBody } from "./read-node-body.ts";

/** A request of Node's, with what frameworks and platforms may have put beside it. */
export interface NodeRequest extends IncomingMessage {
  /** The request target as on the wire, where a framework has cut a mount off `url`. */
  readonly originalUrl?: string;
  /** Whatever a body parser made; used only if it is the raw bytes. */
  readonly body?: unknown;
  /** The raw bytes, where a parser's hook or the platform kept them. */
  readonly rawBody?: unknown;
}

/** What a door knows of a request beyond the request itself. */
export interface NodeRequestOptions {
  /** The path below the place where the handler is mounted. */
  readonly path: string;
  /** The request target as on the wire, where the request has another writing of it. */
  readonly target?: string;
  /** The raw bytes, where they are kept beside the framework's own request. */
  readonly rawBody?: unknown;
  /** What to change where a body parser was first; ends a sentence. */
  readonly mend: string;
}

/** A request as core takes it, and what has become of its body. */
export interface ReadableNodeRequest {
  readonly incoming: IncomingRequest;
  /** True where the body was asked for and not read to its end: the connection is of no more use then. */
  readonly wasGivenUp: () => boolean;
}

/** A request of Node's as core takes it, without any fetch object on the way. */
export function fromNodeRequest(
  request: NodeRequest,
  { path, target, rawBody = request.rawBody, mend }: NodeRequestOptions,
): ReadableNodeRequest {
  let failed = false;
  const read = (maxBytes: number): Promise<Uint8Array> => {
    // Somebody has taken a byte, whatever was made of it, or makes text of what comes.
    const reading =
      request.readableDidRead || request.readableEncoding !== null
        ? Promise.reject<Uint8Array>(bodyAlreadyParsed(mend))
        : readNodeBody(request, maxBytes);
    reading.catch(() => {
      failed = true;
    });
    return reading;
  };
  return {
    incoming: {
      // Node sets both on every request that a server receives.
      method: request.method ?? "GET",
      url: target ?? request.originalUrl ?? request.url ?? "/",
      path,
      headers: request.headers,
      body: bytesOf(rawBody) ?? bytesOf(request.body) ?? read,
      remoteAddress: request.socket.remoteAddress,
    },
    wasGivenUp: () => failed && !request.readableEnded,
  };
}

const bytesOf = (kept: unknown): Uint8Array | undefined => (kept instanceof Uint8Array ? kept : undefined);
