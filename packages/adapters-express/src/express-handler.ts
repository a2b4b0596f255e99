import type { ServerResponse } from "node:http";
import { pathOf, type Offhook } from "@offhook/core";
import { answerNodeRequest, type NodeRequest } from "@offhook/core/node";

/** What Express adds to Node's request, as far as it is used here. Express 4 and 5 requests fit. */
export interface ExpressRequest extends NodeRequest {
  readonly originalUrl: string;
}

/** A handler for `app.use`. Express 4 and 5 take it as a `RequestHandler`. */
export type ExpressHandler = (
  request: ExpressRequest,
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

const mend =
  "mount toExpressHandler before express.json(), or keep the bytes with express.json({ verify: (req, _res, buffer) => { req.rawBody = buffer } })";

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
export function toExpressHandler(offhook: Pick<Offhook, "handle" | "handles">): ExpressHandler {
  return (request, response, next) => {
    // Express has cut the mount off `url`.
    const path = pathOf(request.url ?? "/");
    if (!offhook.handles(request.originalUrl, path)) {
      next();
      return;
    }
    answerNodeRequest(offhook, request, response, { path, mend }).catch((error: unknown) => {
      // Not a refusal, which would be an answer, but a mistake in somebody's code.
      // oxlint-disable-next-line promise/no-callback-in-promise -- this is how Express is told
      if (!response.headersSent) next(error);
    });
  };
}
