import { bodyOf, headerRecord, pathOf, targetOf, type Answer, type Offhook } from "@offhook/core";
import { withinDeadline } from "@offhook/core/node";
import type { Context, MiddlewareHandler } from "hono";
import { routePath } from "hono/route";
import type { StatusCode } from "hono/utils/http-status";
import { connectionOf } from "./connection.ts";

/**
 * Serves Offhook's webhook addresses in a Hono app, on every runtime that Hono runs on. Mount it below its prefix, at
 * another path, or everywhere. What is not one of Offhook's addresses goes on to the next handler, unread.
 *
 * @example
 * ```ts
 * app.use("/api/webhooks/*", toHonoHandler(offhook));
 * ```
 */
export function toHonoHandler(offhook: Pick<Offhook, "handle" | "handles">): MiddlewareHandler {
  return async (context, next) => {
    const { raw } = context.req;
    const { target, headers, remoteAddress } = connectionOf(context.env, raw);
    // What the app routes by, which is not the target on the wire below `app.mount`.
    const routed = targetOf(raw.url);
    const url = target ?? routed;
    const path = belowMount(pathOf(routed), routePath(context));
    if (!offhook.handles(url, path)) return next();
    const answer = await offhook.handle({
      method: raw.method,
      url,
      path,
      headers: headers ?? headerRecord(raw.headers),
      body:
        context.req.bodyCache.arrayBuffer === undefined
          ? bodyOf(raw, headers && withinDeadline)
          : await keptBytes(context),
      remoteAddress,
    });
    return respond(context, answer);
  };
}

/** The path below what a route such as `/hooks/*` is mounted at, parameters included; as it is for routes of another form. */
function belowMount(path: string, route: string): string {
  if (!route.endsWith("/*")) return path;
  // As many segments as the pattern has: their texts differ where it has parameters.
  let end = 0;
  for (let slash = route.indexOf("/", 1); slash !== -1; slash = route.indexOf("/", slash + 1)) {
    end = path.indexOf("/", end + 1);
    if (end === -1) return "/";
  }
  return path.slice(end);
}

/** Bytes that an earlier middleware has read by `c.req.arrayBuffer()`. Text and JSON do not give them back. */
async function keptBytes({ req }: Context): Promise<Uint8Array> {
  return new Uint8Array(await req.arrayBuffer());
}

/** Through the context, which adds what earlier middlewares have set. */
function respond(context: Context, { status, headers, body }: Answer): Response {
  // A response to 204 must not have a body, not even an empty one.
  // Core answers with the statuses that HTTP has; Hono lists them one by one.
  return context.newResponse(status === 204 ? null : body, status as StatusCode, headers);
}
