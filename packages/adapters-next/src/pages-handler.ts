import type { ServerResponse } from "node:http";
import { pathOf, type Offhook } from "@offhook/core";
import { answerNodeRequest, type NodeRequest } from "@offhook/core/node";
import { connectionOf, startWatching } from "#connection";
import { pathBelowMount, type NextParameters } from "./path-below-mount.ts";

/** What Next adds to Node's request, as far as it is used here. A `NextApiRequest` fits. */
export interface NextPagesRequest extends NodeRequest {
  readonly query?: NextParameters;
}

/** An API route of the Pages Router. */
export type NextPagesHandler = (request: NextPagesRequest, response: ServerResponse) => Promise<void>;

const mend = "export const config = { api: { bodyParser: false } } from the file of the handler";

/**
 * Serves Offhook's webhook addresses in the Pages Router of a Next app. Next's body parser has to be off, because
 * signatures cover the bytes as they were sent. What is not one of Offhook's addresses is answered 404.
 *
 * @example
 * `pages/api/webhooks/[...path].ts`
 * ```ts
 * export default toNextPagesHandler(offhook);
 * export const config = { api: { bodyParser: false } };
 * ```
 */
export function toNextPagesHandler(offhook: Pick<Offhook, "handle">): NextPagesHandler {
  startWatching();
  return (request, response) => {
    const { target } = connectionOf(request.url ?? "/", request.query);
    const path = pathBelowMount(pathOf(target), request.query);
    return answerNodeRequest(offhook, request, response, { path, target, mend });
  };
}
