import type { Offhook } from "@offhook/core";
import type { RequestHandler } from "express";
import { noteOf } from "./answer-note.ts";
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

/**
 * One line for each answered request: the route, and why it was refused. What was asked for is left out: ids can name
 * people, queries can hold secrets and numbers.
 */
export function requestLog(offhook: Offhook, logger: Logger): RequestHandler {
  const providerOf = new Map(offhook.addresses.map(({ path, provider }) => [path, provider]));
  const providers = new Set(providerOf.values());
  return (request, response, next) => {
    const { method, path } = request;
    const startedMs = performance.now();
    response.on("finish", () => {
      const tag = providerOf.get(path) ?? (providerOf.has(path) ? "webhooks" : "http");
      const ms = Math.round((performance.now() - startedMs) * 10) / 10;
      const { pattern, code } = noteOf(response);
      const parts = [method, shown(path, pattern), response.statusCode, ...(code === undefined ? [] : [code])];
      logger.info({ ms }, `[${tag}] ${parts.join(" ")}`);
    });
    next();
  };

  /** What strangers ask for is theirs to write, so it is not repeated. */
  function shown(path: string, pattern: string | undefined): string {
    if (providerOf.has(path) || path === "/healthz") return path;
    const [, , area, name] = path.split("/");
    // All routes with a pattern are below it; providers are named by us.
    if (pattern !== undefined) return `/api${providers.has(name) ? pattern.replace(":provider", name ?? "") : pattern}`;
    const start = `/api/${area ?? ""}`;
    return path.startsWith("/api/") && managed.has(start) ? start : "…";
  }
}
