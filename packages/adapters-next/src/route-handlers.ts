import { bodyOf, headerRecord, pathOf, targetOf, toResponse, type Offhook } from "@offhook/core";
import { connectionOf, startWatching } from "#connection";
import { pathBelowMount, type NextParameters } from "./path-below-mount.ts";

/** What Next hands to a route handler beside the request. */
export interface NextRouteContext {
  /** Of the route's folders. */
  readonly params: Promise<NextParameters>;
}

/** A route handler of the App Router. */
export type NextRouteHandler = (request: Request, context: NextRouteContext) => Promise<Response>;

/** One handler for each method that Next knows. */
export interface NextHandlers {
  readonly GET: NextRouteHandler;
  readonly HEAD: NextRouteHandler;
  readonly POST: NextRouteHandler;
  readonly PUT: NextRouteHandler;
  readonly PATCH: NextRouteHandler;
  readonly DELETE: NextRouteHandler;
  readonly OPTIONS: NextRouteHandler;
}

/**
 * Serves Offhook's webhook addresses in the App Router of a Next app, on the Node and on the edge runtime. What is not
 * one of Offhook's addresses is answered 404.
 *
 * @example
 * `app/api/webhooks/[...path]/route.ts`
 * ```ts
 * export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = toNextHandlers(offhook);
 * ```
 */
export function toNextHandlers(offhook: Pick<Offhook, "handle">): NextHandlers {
  startWatching();
  const answer: NextRouteHandler = async (request, { params }) => {
    const parameters = await params;
    const { target: url, remoteAddress } = connectionOf(targetOf(request.url), parameters);
    return toResponse(
      await offhook.handle({
        method: request.method,
        url,
        path: pathBelowMount(pathOf(url), parameters),
        headers: headerRecord(request.headers),
        body: bodyOf(request),
        remoteAddress,
      }),
    );
  };
  return { GET: answer, HEAD: answer, POST: answer, PUT: answer, PATCH: answer, DELETE: answer, OPTIONS: answer };
}
