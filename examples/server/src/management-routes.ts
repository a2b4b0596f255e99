import type { Offhook } from "@offhook/core";
import express, { Router, type Request } from "express";
import { addAdminRoutes } from "./admin-routes.ts";
import { isAuthorized } from "./admin-token.ts";
import { refuse } from "./answers.ts";
import { addCallRoutes } from "./call-routes.ts";
import { addDeliveryRoutes } from "./delivery-routes.ts";
import { addIntegrationRoutes } from "./integration-routes.ts";
import { addJobRoutes } from "./job-routes.ts";
import type { Logger } from "./logger.ts";
import { addRecordingRoute } from "./recording-route.ts";
import type { MissingByProvider } from "./vendor-variables.ts";

export interface ManagementOptions {
  readonly offhook: Offhook;
  /** Any of them opens the routes. */
  readonly adminTokens: readonly string[];
  readonly providers: readonly string[];
  /** Where vendors reach the server. */
  readonly publicUrl: string;
  /** What to set, so that more can be asked of the vendors. */
  readonly missing: MissingByProvider;
  readonly logger: Logger;
}

/**
 * The JSON API below `/api`. Every route asks for the admin token.
 * @throws Error where there is none: an API without a login is not mounted.
 */
export function managementRoutes(options: ManagementOptions): Router {
  const { offhook, adminTokens, providers, publicUrl, missing, logger } = options;
  if (!adminTokens.some((token) => token !== ""))
    throw new Error("Management routes: expected an admin token, got none");
  const router = Router();
  router.use((request, response, next) => {
    if (isAuthorized(request.headers.authorization, adminTokens)) next();
    else refuse(response, "unauthorized");
  });
  router.use(express.json({ limit: "64kb" }));
  router.use((request, response, next) => {
    // What was sent and not read would be taken for nothing, and nothing may mean everything.
    if (request.is("application/json") === false && !isEmpty(request)) refuse(response, "unsupported_media_type");
    else next();
  });
  addCallRoutes(router, offhook, providers);
  addRecordingRoute(router, offhook, { logger, missing });
  addIntegrationRoutes(router, offhook, { providers, publicUrl, missing });
  addDeliveryRoutes(router, offhook, providers);
  addJobRoutes(router, offhook);
  addAdminRoutes(router, offhook);
  return router;
}

/** Says that it has no body, as `fetch` does of a POST of nothing. https://www.rfc-editor.org/rfc/rfc9110#section-8.6 */
const isEmpty = ({ headers }: Request): boolean =>
  headers["transfer-encoding"] === undefined && Number(headers["content-length"]) === 0;
