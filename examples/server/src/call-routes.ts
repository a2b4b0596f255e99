import type { CallDirection, CallStatus, ListOptions, Offhook } from "@offhook/core";
import type { Router } from "express";
import { oneOf, page, phone, readPage, type Parameters } from "./query-parameters.ts";
import { get, idOf, send } from "./routing.ts";

const statuses: readonly CallStatus[] = [
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

/** What was stored of calls and leads. */
export function addCallRoutes(router: Router, offhook: Offhook, providers: readonly string[]): void {
  const callParameters: Parameters<ListOptions> = {
    provider: oneOf(providers),
    status: oneOf(statuses),
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
}
