import { malformed, restated, type ApiClient } from "@offhook/core/client";
import { ApiError, type ApiContext } from "@offhook/core";
import { readIntegration, type CallRailIntegration } from "./api-records.ts";

/** What a company's webhooks are asked and written with. */
export interface Company {
  readonly api: ApiClient;
  /** The path of the account. */
  readonly account: string;
  readonly companyId: string;
  /** All that the company has. */
  readonly integrations: AsyncIterable<CallRailIntegration>;
}

/** A company has one integration of them at most. */
export async function findWebhooks({ integrations }: Company): Promise<CallRailIntegration | undefined> {
  for await (const integration of integrations) if (integration.type === "Webhooks") return integration;
  return undefined;
}

/** All of the configuration, because what is left out of it may be lost. */
export async function writeWebhooks(
  { api, account, companyId }: Company,
  present: CallRailIntegration | undefined,
  config: { readonly [name: string]: unknown },
  context: ApiContext | undefined,
): Promise<CallRailIntegration> {
  const what = present === undefined ? "create webhooks" : "update webhooks";
  const json = await api.request(
    present === undefined
      ? {
          what,
          method: "POST",
          path: `${account}/integrations.json`,
          json: { type: "Webhooks", company_id: companyId, config },
        }
      : {
          what,
          method: "PUT",
          path: integrationPath(account, present),
          json: { state: "active", config },
          // Twice is once.
          repeatable: true,
        },
    context,
  );
  const integration = readIntegration(json);
  if (integration === undefined) throw malformed("callrail", what, "expected an integration");
  return integration;
}

export async function signingKeyOf(
  { api, account }: Company,
  present: CallRailIntegration | undefined,
  context: ApiContext | undefined,
): Promise<string | null> {
  if (present === undefined || present.signingKey !== null) return present?.signingKey ?? null;
  const request = { what: "get webhooks", path: integrationPath(account, present), query: { fields: "signing_key" } };
  return readIntegration(await api.request(request, context))?.signingKey ?? null;
}

const integrationPath = (account: string, { id }: CallRailIntegration): string =>
  `${account}/integrations/${encodeURIComponent(id)}.json`;

/** A key can do what its user may do, and few users may do this. */
export async function administering<Answer>(request: Promise<Answer>): Promise<Answer> {
  try {
    return await request;
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 403) throw error;
    throw restated(error, {
      code: "api_forbidden",
      message: `${error.message}: the user of the key may not change integrations. Use the key of an administrator, or enter the addresses in CallRail`,
    });
  }
}
