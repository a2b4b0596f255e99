import { toExpressHandler } from "@offhook/adapters-express";
import {
  createOffhook,
  StorageError,
  type Offhook,
  type Provider,
  type RecordingArchive,
  type Storage,
} from "@offhook/core";
import express, { type ErrorRequestHandler, type Express } from "express";
import { refusalOf, refuse } from "./answers.ts";
import { callLog } from "./call-log.ts";
import type { AddressSettings } from "./address-settings.ts";
import type { Logger } from "./logger.ts";
import { managementRoutes } from "./management-routes.ts";
import { requestLog } from "./request-log.ts";
import { securityHeaders } from "./security-headers.ts";
import type { MissingByProvider } from "./vendor-variables.ts";

export interface AppOptions {
  readonly providers: readonly Provider[];
  readonly storage: Storage;
  readonly adminTokens: readonly string[];
  /** Where the server is reached from outside. */
  readonly publicUrl: string;
  /** What to set, so that more can be asked of the vendors. */
  readonly missing: MissingByProvider;
  readonly addresses: AddressSettings;
  /** Where recordings are kept; undefined: at the vendors. */
  readonly archive: RecordingArchive | undefined;
  readonly logger: Logger;
}

/** The whole server without its socket. */
export function createApp(options: AppOptions): { readonly app: Express; readonly offhook: Offhook } {
  const { providers, storage, adminTokens, publicUrl, missing, addresses, archive, logger } = options;
  const offhook = createOffhook({
    providers,
    storage,
    logger,
    on: callLog(logger),
    ...addresses,
    // Every hour, over the last 26: what webhooks missed heals, where anybody can be asked.
    ...(providers.some(({ api }) => api !== undefined) ? { reconcile: {} } : {}),
    ...(archive === undefined ? {} : { archive }),
  });
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.use(requestLog(offhook, logger));
  app.use(securityHeaders(publicUrl));

  // At the root, so that the absolute addresses work as well, and before any body parser.
  app.use(toExpressHandler(offhook));
  // A mistyped address shall not be told that a token is missing.
  app.use("/api/webhooks", (request, response) => {
    logger.warn({ path: request.originalUrl.split("?")[0]?.slice(0, 200) }, "[http] no such webhook address");
    refuse(response, "not_found");
  });
  app.get("/healthz", (_request, response) => void response.json({ ok: true }));
  const names = providers.map(({ name }) => name);
  app.use("/api", managementRoutes({ offhook, adminTokens, publicUrl, missing, providers: names, logger }));
  app.use((_request, response) => refuse(response, "not_found"));
  app.use(answerError(logger));
  return { app, offhook };
}

/** Express knows an error handler by its four parameters. */
function answerError(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, next) => {
    // Nobody waits for the answer, and what was under way for it ended for that.
    if (response.destroyed && error instanceof Error && error.name === "AbortError") return;
    const { code, ...details } = refusalOf(error);
    if (code === "internal" || code === "storage_unavailable") {
      // A message from elsewhere may quote what was sent; the name and the place do not.
      const stack = error instanceof Error ? error.stack?.split("\n").slice(1, 4).join(" ") : undefined;
      const reason = error instanceof StorageError ? error.message : undefined;
      const name = error instanceof Error ? error.name : typeof error;
      logger.error({ code, error: name, reason, stack }, "[http] request failed");
    }
    if (response.headersSent) next(error);
    else refuse(response, code, details);
  };
}
