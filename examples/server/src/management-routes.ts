import type { CallDirection, CallStatus, Delivery, DeliveryListOptions, ListOptions, Offhook } from "@offhook/core";
import { decodeCursor, version } from "@offhook/core";
import express, { Router, type Request, type Response } from "express";
import { isAuthorized } from "./admin-token.ts";
import { refuse } from "./answers.ts";
import { cursor, limit, oneOf, phone, readQuery, time, type Parameters } from "./query-parameters.ts";

const callStatuses: readonly CallStatus[] = [
  "queued",
  "ringing",
  "in_progress",
  "completed",
  "busy",
  "no_answer",
  "failed",
  "canceled",
];
const directions: readonly CallDirection[] = ["inbound", "outbound", "unknown"];

export interface ManagementOptions {
  readonly offhook: Offhook;
  /** Any of them opens the routes. */
  readonly adminTokens: readonly string[];
  readonly providers: readonly string[];
}

/** The JSON API below `/api`. Every route asks for the admin token. */
export function managementRoutes({ offhook, adminTokens, providers }: ManagementOptions): Router {
  const router = Router();
  router.use((request, response, next) => {
    if (isAuthorized(request.headers.authorization, adminTokens)) next();
    else refuse(response, "unauthorized");
  });
  router.use(express.json({ limit: "64kb" }));

  const page = { from: time, to: time, limit, cursor };
  const callParameters: Parameters<ListOptions> = {
    provider: oneOf(providers),
    status: oneOf(callStatuses),
    direction: oneOf(directions),
    phone,
    ...page,
  };
  // A lead has no direction, and its status is whatever the vendor calls it.
  const leadParameters: Parameters<Pick<ListOptions, "provider" | "phone" | "from" | "to" | "limit" | "cursor">> = {
    provider: oneOf(providers),
    phone,
    ...page,
  };
  const deliveryParameters: Parameters<DeliveryListOptions> = {
    provider: oneOf(providers),
    status: oneOf(["applied", "unmapped", "failed", "rejected"]),
    ...page,
  };

  get(router, "/calls", async (request, response) => {
    response.json(await offhook.calls.list(readPage(request, callParameters)));
  });
  get(router, "/calls/:id", async (request, response) => {
    send(response, await offhook.calls.get(idOf(request)));
  });
  get(router, "/calls/:id/events", async (request, response) => {
    const events = await offhook.calls.events(idOf(request));
    send(response, events === undefined ? undefined : { data: events, nextCursor: null });
  });
  get(router, "/leads", async (request, response) => {
    response.json(await offhook.leads.list(readPage(request, leadParameters)));
  });
  get(router, "/leads/:id", async (request, response) => {
    send(response, await offhook.leads.get(idOf(request)));
  });
  get(router, "/deliveries", async (request, response) => {
    response.json(await offhook.deliveries.list(readPage(request, deliveryParameters)));
  });
  get(router, "/deliveries/:id", async (request, response) => {
    const delivery = await offhook.deliveries.get(idOf(request));
    send(response, delivery === undefined ? undefined : readable(delivery));
  });
  get(router, "/admin/health", async (_request, response) => {
    const { engine, calls, leads, events, agents, deliveries, jobs, pool } = await offhook.health();
    response.json({
      ok: true,
      // A dead job waits for somebody to look at it.
      healthy: jobs.dead === 0,
      // The embedded storage has no pool.
      pool: pool ?? { totalCount: 0, idleCount: 0, waitingCount: 0 },
      stats: { calls, leads, agents, events },
      deliveries,
      jobs,
      engine,
      version,
      uptimeSeconds: Math.floor(process.uptime()),
    });
  });
  return router;
}

function get(router: Router, path: string, answer: (request: Request, response: Response) => Promise<void>): void {
  router
    .route(path)
    // Express 5 hands a rejection on to the error handler.
    .get(answer)
    .all((_request, response) => {
      response.setHeader("allow", "GET, HEAD");
      refuse(response, "method_not_allowed");
    });
}

function readPage<Query extends { readonly cursor?: string | undefined }>(
  request: Request,
  parameters: Parameters<Query>,
): Partial<Query> {
  const query = readQuery(request.originalUrl, parameters);
  // Refused here, so that every storage answers the same.
  if (query.cursor !== undefined) decodeCursor(query.cursor);
  return query;
}

const idOf = (request: Request): string => String(request.params["id"]);

function send(response: Response, found: object | undefined): void {
  if (found === undefined) refuse(response, "not_found");
  else response.json(found);
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** With the body as the vendor sent it where that is text. */
function readable({ body, ...delivery }: Delivery): object {
  try {
    return { ...delivery, body: decoder.decode(body), bodyEncoding: "utf-8" };
  } catch {
    return { ...delivery, body: Buffer.from(body).toString("base64"), bodyEncoding: "base64" };
  }
}
