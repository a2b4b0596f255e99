import { setTimeout as wait } from "node:timers/promises";
import { ConfigurationError, PayloadError, type ImportSummary, type Offhook } from "@offhook/core";
import { integrationsOf } from "@offhook/core/client";
import type { Request, Response, Router } from "express";
import { refuse, refuseFailed } from "./answers.ts";
import { flag, readBody, textField, wholeNumber } from "./body-fields.ts";
import { forOperator, refuseForOperator } from "./operator-message.ts";
import { oneOf, time } from "./query-parameters.ts";
import { get, idOf, post, signalOf } from "./routing.ts";
import type { MissingByProvider } from "./vendor-variables.ts";

export interface IntegrationRouteOptions {
  readonly providers: readonly string[];
  /** Where vendors reach the server. */
  readonly publicUrl: string;
  /** What to set, so that more can be asked. */
  readonly missing: MissingByProvider;
}

type ProviderAnswer = (provider: string, request: Request, response: Response) => Promise<void>;

/** How long the answer to an import or a comparison waits for its end. */
const patienceMs = 8_000;
const lookMs = 100;

interface ImportBody {
  readonly days_back?: number;
  readonly from?: string;
  readonly to?: string;
  readonly restart?: boolean;
}

interface ReconcileBody {
  readonly hours?: number;
  readonly from?: string;
  readonly to?: string;
}

/** What is done with the vendors' APIs. Nothing here knows one of them. */
export function addIntegrationRoutes(router: Router, offhook: Offhook, options: IntegrationRouteOptions): void {
  const { providers, publicUrl, missing } = options;
  const known = oneOf(providers);
  const integrations = integrationsOf(offhook);

  /** A route below a provider, whose errors speak of variables. */
  function add(method: typeof get, path: string, answer: ProviderAnswer): void {
    method(router, `/integrations/:provider/${path}`, async (request, response) => {
      const provider = known.read(String(request.params["provider"]));
      if (provider === undefined) throw new PayloadError("payload_invalid", `Provider: expected ${known.expected}`);
      try {
        await answer(provider, request, response);
      } catch (error) {
        refuseForOperator(response, error, [provider], missing);
      }
    });
  }

  add(get, "status", async (provider, _request, response) => {
    const status = await integrations.status(provider);
    const { client = [], webhooks = [] } = missing[provider] ?? {};
    response.json({
      ...status,
      import: status.import && forOperator(status.import, provider, missing),
      reconcile: status.reconcile && forOperator(status.reconcile, provider, missing),
      // What to set next, so that there is more to see and to do.
      missing: status.connected ? webhooks : client,
    });
  });
  add(get, "test-connection", async (provider, _request, response) => {
    response.json(forOperator(await integrations.testConnection(provider), provider, missing));
  });
  add(post, "import-calls", async (provider, request, response) => {
    const { restart = false, ...range } = readBody<ImportBody>(request.body, {
      days_back: wholeNumber(1, 800),
      from: textField(time),
      to: textField(time),
      restart: flag,
    });
    const begun = await integrations.startImport({ provider, ...importRange(range), restart });
    const end = await endOf(response, begun, async () => (await integrations.progress(provider)).import);
    answerRun(provider, response, end);
  });
  add(post, "import-calls/stop", async (provider, _request, response) => {
    response.json({ stopped: await integrations.stopImport(provider) });
  });
  add(get, "call/:id", async (provider, request, response) => {
    const found = await integrations.lookUpCall(provider, idOf(request));
    if (found !== undefined) response.json(found);
    else {
      const message = `${provider} knows no call with this id; this route takes the vendor's own id`;
      refuse(response, "api_not_found", { message });
    }
  });
  add(post, "setup-webhook", async (provider, request, response) => {
    const { replace = false } = readBody<{ readonly replace?: boolean }>(request.body, { replace: flag });
    // Where it cannot be done at all, nothing has to be set for it.
    const { abilities } = await integrations.status(provider);
    if (abilities.includes("setup-webhook")) checkWebhookSettings(provider);
    response.setHeader("cache-control", "no-store");
    response.json(await integrations.setupWebhook(provider, { publicUrl, replace }));
  });
  add(post, "reconcile", async (provider, request, response) => {
    const { hours, from, to } = readBody<ReconcileBody>(request.body, {
      hours: wholeNumber(1, 24 * 800),
      from: textField(time),
      to: textField(time),
    });
    if ((hours !== undefined && from !== undefined) || (to !== undefined && from === undefined)) {
      throw new PayloadError("payload_invalid", "Body: expected either hours, or from with or without to, or nothing");
    }
    const window =
      hours !== undefined ? { hours } : from !== undefined ? { from, ...(to === undefined ? {} : { to }) } : undefined;
    const begun = await integrations.startReconcile({ provider, ...(window === undefined ? {} : { window }) });
    const end = await endOf(response, begun, async () => (await integrations.progress(provider)).reconcile);
    answerRun(provider, response, end);
  });

  function answerRun(provider: string, response: Response, summary: ImportSummary): void {
    const { state } = summary;
    const told = forOperator(summary, provider, missing);
    if (state === "failed") refuseFailed(response, told);
    else response.status(state === "running" || state === "waiting" ? 202 : 200).json(told);
  }

  /** @throws ConfigurationError `option_invalid` */
  function checkWebhookSettings(provider: string): void {
    if (!publicUrl.startsWith("https:")) {
      throw new ConfigurationError(
        "option_invalid",
        `OFFHOOK_PUBLIC_URL: expected an https address that vendors reach, got ${publicUrl}`,
      );
    }
    const { webhooks = [] } = missing[provider] ?? {};
    if (webhooks.length > 0) {
      throw new ConfigurationError(
        "option_invalid",
        `${provider} cannot be told where to send webhooks: set ${webhooks.join(" and ")}, and start the server again`,
      );
    }
  }
}

const dayMs = 24 * 60 * 60_000;

/** From midnight, so that the same request on the same day is the same import. @throws PayloadError */
function importRange({ days_back: days, from, to }: ImportBody): { readonly from: string; readonly to?: string } {
  if ((days === undefined) === (from === undefined) || (days !== undefined && to !== undefined)) {
    throw new PayloadError(
      "payload_invalid",
      "Body: expected either days_back, such as 7, 30 or 90, or from with or without to",
    );
  }
  if (from !== undefined) return { from, ...(to === undefined ? {} : { to }) };
  const today = Math.floor(Date.now() / dayMs) * dayMs;
  return { from: new Date(today - (days ?? 0) * dayMs).toISOString() };
}

/** What is under way at its end, or as far as it has come while somebody waits; it goes on without them. */
async function endOf(
  response: Response,
  begun: ImportSummary,
  look: () => Promise<ImportSummary | null>,
): Promise<ImportSummary> {
  const signal = signalOf(response);
  const untilMs = Date.now() + patienceMs;
  let summary = begun;
  while (summary.state === "running" && Date.now() < untilMs && !signal.aborted) {
    await wait(lookMs);
    summary = (await look()) ?? summary;
  }
  return summary;
}
