import type { ServerResponse } from "node:http";
import { refused } from "../answers.ts";
import type { Offhook } from "../offhook.ts";
import { pathOf } from "../request-target.ts";
import { answerNodeRequest } from "./answer-node-request.ts";
import type { NodeRequest } from "./from-node-request.ts";
import { sendAnswer } from "./send-answer.ts";

/** A request listener for `node:http`, and a middleware for what is built like Connect. */
export type NodeHandler = (request: NodeRequest, response: ServerResponse, next?: (error?: unknown) => void) => void;

const mend =
  "mount toNodeHandler before the parser, or let the parser keep the bytes in request.rawBody as a Buffer or Uint8Array";

/**
 * Serves Offhook's webhook addresses on `node:http` and `node:https`. What is not one of them goes on to `next`, unread,
 * or is answered 404 where there is none.
 *
 * @example
 * ```ts
 * createServer(toNodeHandler(offhook)).listen(3000);
 * ```
 */
export function toNodeHandler(offhook: Pick<Offhook, "handle" | "handles">): NodeHandler {
  return (request, response, next) => {
    // Connect cuts the mount off `url`.
    const path = pathOf(request.url ?? "/");
    if (next !== undefined && !offhook.handles(request.originalUrl ?? request.url ?? "/", path)) {
      next();
      return;
    }
    answerNodeRequest(offhook, request, response, { path, mend }).catch((error: unknown) => {
      // Not a refusal, which would be an answer, but a mistake in somebody's code.
      if (response.headersSent) return;
      if (next === undefined) sendAnswer(request, response, refused("internal_failure"));
      // oxlint-disable-next-line promise/no-callback-in-promise -- this is how Connect is told
      else next(error);
    });
  };
}
