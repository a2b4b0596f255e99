import type { IncomingMessage, ServerResponse } from "node:http";
import { pathOf, type Offhook } from "@offhook/core";
import { bodyAlreadyParsed } from "./body-already-parsed.ts";
import { readNodeBody } from "./read-node-body.ts";
import { sendAnswer, sendAnswerAndClose } from "./send-answer.ts";

/** What Express adds to Node's request, as far as it is used here. Express 4 and 5 requests fit. */
export interface ExpressRequest extends IncomingMessage {
  /** The request target as on the wire. */
  readonly originalUrl: string;
  /** Whatever a body parser made; used only if it is the raw bytes, as `express.raw()` leaves them. */
  readonly body?: unknown;
  /** The raw bytes, where a parser's `verify` hook or the platform kept them. */
  readonly rawBody?: unknown;
}

/** A handler for `app.use`. Express 4 and 5 take it as a `RequestHandler`. */
export type ExpressHandler = (
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/**
 * Serves Offhook's webhook addresses in an Express app. Mount it before any body parser, anywhere: at the prefix, at
 * another path, at the root or in a router. What is not one of Offhook's addresses goes on to the next handler,
 * unread.
 *
 * @example
 * ```ts
 * app.use("/api/webhooks", toExpressHandler(offhook));
 * app.use(express.json());
 * ```
 */
export function toExpressHandler(offhook: Offhook): ExpressHandler {
  async function answer(request: ExpressRequest, response: ServerResponse, path: string): Promise<void> {
    let unread = false;
    const given = await offhook.handle({
      // Node sets it on every request that a server receives.
      method: request.method ?? "GET",
      url: request.originalUrl,
      path,
      headers: request.headers,
      body:
        keptBytes(request) ??
        ((maxBytes) =>
          readRaw(request, maxBytes).catch((error: unknown) => {
            unread = true;
            throw error;
          })),
      remoteAddress: request.socket.remoteAddress,
    });
    if (unread && !request.readableEnded) sendAnswerAndClose(request, response, given);
    else sendAnswer(request, response, given);
  }

  return (request, response, next) => {
    // Express has cut the mount off `url`.
    const path = pathOf(request.url ?? "/");
    if (offhook.handles(request.originalUrl, path)) {
      void answer(request, response, path).catch((error: unknown) => {
        // Not a refusal, which would be an answer, but a mistake in somebody's code.
        // oxlint-disable-next-line promise/no-callback-in-promise -- this is how Express is told
        if (!response.headersSent) next(error);
      });
    } else {
      next();
    }
  };
}

function keptBytes({ rawBody, body }: ExpressRequest): Uint8Array | undefined {
  if (rawBody instanceof Uint8Array) return rawBody;
  return body instanceof Uint8Array ? body : undefined;
}

const readRaw = async (request: ExpressRequest, maxBytes: number): Promise<Uint8Array> => {
  // True as soon as anybody has taken a byte, whatever was made of it.
  if (request.readableDidRead) throw bodyAlreadyParsed();
  return readNodeBody(request, maxBytes);
};
