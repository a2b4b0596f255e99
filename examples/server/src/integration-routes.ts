import { setTimeout as wait } from "node:timers/promises";
import { PayloadError, type ImportSummary, type Offhook } from "@offhook/core";
import { integrationsOf } from "@offhook/core/client";
import type { Request, Response, Router } from "express";
import { apiVariables } from "./api-settings.ts";
import { refuse } from "./answers.ts";
import { flag, readBody, textField, wholeNumber } from "./body-fields.ts";
import { oneOf, time } from "./query-parameters.ts";
import { get, idOf, post, send, signalOf } from "./routing.ts";

export interface IntegrationRouteOptions {
  readonly providers: readonly string[];
  /** Where vendors reach the server. */
  readonly publicUrl: string;
}

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
  const { providers, publicUrl } = options;
  const known = oneOf(providers);
  const integrations = integrationsOf(offhook);
  const base = "/integrations/:provider";

  function providerOf(request: Request): string {
    const provider = known.read(String(request.params["provider"]));
    if (provider !== undefined) return provider;
    throw new PayloadError("payload_invalid", `Provider: expected ${known.expected}`);
  }

  get(router, `${base}/status`, async (request, response) => {
    const provider = providerOf(request);
    const status = await integrations.status(provider);
    // What to set, so that there is more to see.
    response.json({ ...status, missing: status.connected ? [] : (apiVariables[provider] ?? []) });
  });
  get(router, `${base}/test-connection`, async (request, response) => {
    const provider = providerOf(request);
    response.json(await integrations.testConnection(provider));
  });
  post(router, `${base}/import-calls`, async (request, response) => {
    const provider = providerOf(request);
    const { restart = false, ...range } = readBody<ImportBody>(request.body, {
      days_back: wholeNumber(1, 800),
      from: textField(time),
      to: textField(time),
      restart: flag,
    });
    const begun = await integrations.startImport({ provider, ...importRange(range), restart });
    await answerRun(response, begun, async () => (await integrations.progress(provider)).import);
  });
  post(router, `${base}/import-calls/stop`, async (request, response) => {
    const provider = providerOf(request);
    response.json({ stopped: await integrations.stopImport(provider) });
  });
  get(router, `${base}/call/:id`, async (request, response) => {
    const provider = providerOf(request);
    send(response, await integrations.lookUpCall(provider, idOf(request)));
  });
  post(router, `${base}/setup-webhook`, async (request, response) => {
    const provider = providerOf(request);
    const { replace = false } = readBody<{ readonly replace?: boolean }>(request.body, { replace: flag });
    if (!publicUrl.startsWith("https:")) {
      refuse(response, "option_invalid", "OFFHOOK_PUBLIC_URL: expected an https address that vendors reach");
      return;
    }
    response.setHeader("cache-control", "no-store");
    response.json(await integrations.setupWebhook(provider, { publicUrl, replace }));
  });
  post(router, `${base}/reconcile`, async (request, response) => {
    const provider = providerOf(request);
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
    await answerRun(response, begun, async () => (await integrations.progress(provider)).reconcile);
  });
}

const dayMs = 24 * 60 * 60_000;

/** From midnight, so that the same request on the same day is the same import. @throws PayloadError */
function importRange({ days_back: days, from, to }: ImportBody): { readonly from: string; readonly to?: string } {
  if ((days === undefined) === (from === undefined) || (days !== undefined && to !== undefined)) {
    throw new PayloadError("payload_invalid", "Body: expected either days_back, such as 7, 30 or 90, or from and to");
  }
  if (from !== undefined) return { from, ...(to === undefined ? {} : { to }) };
  const today = Math.floor(Date.now() / dayMs) * dayMs;
  return { from: new Date(today - (days ?? 0) * dayMs).toISOString() };
}

/** Answers with what is under way at its end, or as far as it has come while somebody waits; it goes on without them. */
async function answerRun(
  response: Response,
  begun: ImportSummary,
  look: () => Promise<ImportSummary | null>,
): Promise<void> {
  const signal = signalOf(response);
  const untilMs = Date.now() + patienceMs;
  let summary = begun;
  while (summary.state === "running" && Date.now() < untilMs && !signal.aborted) {
    await wait(lookMs);
    summary = (await look()) ?? summary;
  }
  const isOver = summary.state !== "running" && summary.state !== "waiting";
  response.status(isOver ? 200 : 202).json(summary);
}
