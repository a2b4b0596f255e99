/**
 * What clients of vendors' APIs are made of, and what an Offhook does with them: import, reconcile, recordings. Comes
 * with a client, so that an app that only receives webhooks does not carry it.
 * @module client
 */

export { createApiClient } from "./api-client.ts";
export type { ApiClient, ApiDialect, ApiFailure, ApiRequest, ClientOptions, Fetch } from "./api-client.ts";
export { requireApiKey, type ApiKey } from "./api-credentials.ts";
export { connectApi } from "./connect-api.ts";
export { listAll, malformed, readItems, type ItemPage } from "./list-all.ts";
export { openDownload } from "./download.ts";
export type { DownloadOptions } from "./download-options.ts";
