/**
 * What clients of vendors' APIs are made of, and what an Offhook does with them: import, reconcile, recordings. Comes
 * with a client, so that an app that only receives webhooks does not carry it.
 * @module client
 */

export { createApiClient } from "./api/api-client.ts";
export type { ApiClient, ApiDialect, ApiFailure, ApiRequest, Fetch } from "./api/api-client.ts";
export { requireApiKey, type ApiKey } from "./api/api-credentials.ts";
export { readCallRange, type CallRange } from "./api/call-range.ts";
export type { ClientOptions } from "./api/client-options.ts";
export { connectApi } from "./api/connect-api.ts";
export { integrationsOf } from "./integrations/integrations-of.ts";
export { listAll, malformed, readItems, type ItemPage } from "./api/list-all.ts";
export { openDownload } from "./api/download.ts";
export { BoundedMemory } from "./api/bounded-memory.ts";
export { restated } from "./api/restated.ts";
export type { DownloadOptions } from "./api/download-options.ts";
