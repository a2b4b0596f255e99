import { toNextHandlers, type NextRouteHandler } from "@offhook/adapters-next";
import { subject } from "../../../../../subject.ts";

const { GET: tell, ...handlers } = toNextHandlers(subject.offhook);

/** Tells the state as well, because on the edge runtime each route has a memory of its own. */
export const GET: NextRouteHandler = async (request, context) =>
  new URL(request.url).pathname.endsWith("/state") ? Response.json(await subject.state()) : tell(request, context);

export const { HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = handlers;
export const runtime = "edge";
