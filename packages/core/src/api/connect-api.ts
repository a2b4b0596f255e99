import { createIntegrations } from "../integrations/create-integrations.ts";
import type { ProviderApi } from "../provider-api.ts";

/** What a client's `connect` returns: the vendor's answers, and with them what an Offhook does with them. */
export function connectApi(api: Omit<ProviderApi, "integrations">): ProviderApi {
  return { ...api, integrations: createIntegrations };
}
