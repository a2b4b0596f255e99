import type { Offhook } from "@offhook/core";
import type { RequestHandler } from "express";
import type { Logger } from "./logger.ts";

const managed = new Set([
  "/api/calls",
  "/api/deliveries",
  "/api/leads",
  "/api/jobs",
  "/api/integrations",
  "/api/admin",
  "/api/webhooks",
]);

/** What is done to the whole is said in full; nobody's ids are in these. */
const actions = new Set([
  "/api/admin/health",
  "/api/admin/renormalize",
  "/api/admin/delete-by-number",
  "/api/deliveries/replay",
  "/api/jobs/drain",
  "/api/jobs/retry",
]);

/** What is done with a whole vendor, below its name. */
const vendorActions = ["status", "test-connection", "import-calls", "import-calls/stop", "setup-webhook", "reconcile"];

/** One line for each answered request. Paths only: queries can hold secrets and numbers. */
export function requestLog(offhook: Offhook, logger: Logger): RequestHandler {
  const providerOf = new Map(offhook.addresses.map(({ path, provider }) => [path, provider]));
  const providers = [...providerOf.values()].filter((provider) => provider !== undefined);
  const said = new Set([
    ...actions,
    ...providers.flatMap((name) => vendorActions.map((action) => `/api/integrations/${name}/${action}`)),
  ]);
  return (request, response, next) => {
    const { method, path } = request;
    const startedMs = performance.now();
    response.on("finish", () => {
      const tag = providerOf.get(path) ?? (providerOf.has(path) ? "webhooks" : "http");
      const ms = Math.round((performance.now() - startedMs) * 10) / 10;
      logger.info({ ms }, `[${tag}] ${method} ${known(path)} ${response.statusCode}`);
    });
    next();
  };

  /** What strangers ask for is theirs to write, so it is not repeated. */
  function known(path: string): string {
    if (providerOf.has(path) || path === "/healthz" || said.has(path)) return path;
    const start = path.split("/").slice(0, 3).join("/");
    return managed.has(start) ? start : "…";
  }
}
