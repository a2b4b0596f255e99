import {
  createOffhook,
  memoryStorage,
  silentLogger,
  type FeedChange,
  type IncomingRequest,
  type Offhook,
} from "@offhook/core";
import {
  convosoSamples,
  signSample,
  type SampleOptions,
  type SampleRequest,
  type SignedSample,
} from "@offhook/testing";
import { allProviders } from "./all-providers.ts";
import type { PostgresApp } from "./postgres-app-process.ts";

/** Where the clocks of these tests stand. */
export const nowMs = Date.UTC(2026, 10, 20, 12);
export const providers = allProviders().map(({ create }) => create());

export async function signAll(samples: readonly SampleRequest[]): Promise<SignedSample[]> {
  return Promise.all(
    samples.map((sample) => {
      const provider = providers.find(({ name }) => name === sample.provider);
      if (provider === undefined) throw new RangeError(`No provider ${sample.provider}`);
      return signSample(provider, sample, { nowMs });
    }),
  );
}

/** What Convoso tells of a lead. */
export const convosoLead = (options: SampleOptions): SampleRequest[] =>
  convosoSamples(options).filter(({ name }) => name === "lead");

/** Sends one over HTTP. @returns the status of the answer. */
export async function send({ address }: PostgresApp, { method, url, headers, body }: SignedSample): Promise<number> {
  const init = { method, headers: { ...headers }, ...(method === "GET" ? {} : { body }) };
  const response = await fetch(`${address}${url}`, init);
  await response.arrayBuffer();
  return response.status;
}

/** Sends them one after the other, to each app in turn. @returns the statuses that were not 2xx. */
export async function sendInTurn(apps: readonly PostgresApp[], requests: readonly SignedSample[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const [index, request] of requests.entries()) {
    const app = apps[index % apps.length];
    if (app === undefined) throw new RangeError("Expected an app, got none");
    statuses.push(await send(app, request));
  }
  return statuses.filter((status) => status < 200 || status > 299);
}

/** What should come out: an Offhook in memory that was told all of it in order. */
export interface Heard {
  readonly offhook: Offhook;
  /** Ids of the changes that its handlers heard of. */
  readonly changes: readonly string[];
  readonly feed: readonly FeedChange[];
}

export async function heardInOrder(requests: readonly IncomingRequest[], tenantId = "default"): Promise<Heard> {
  const changes: string[] = [];
  const hear = ({ id }: { readonly id: string }): void => void changes.push(id);
  const storage = memoryStorage();
  const offhook = createOffhook({
    providers,
    storage,
    tenantId,
    on: {
      "call.created": hear,
      "call.answered": hear,
      "call.ended": hear,
      "call.recorded": hear,
      "call.analyzed": hear,
      "call.updated": hear,
      "call.merged": hear,
      "lead.created": hear,
      "lead.updated": hear,
    },
    now: () => nowMs,
    runJobs: false,
    logger: silentLogger,
  });
  for (const request of requests) await offhook.handle(request);
  await offhook.drain();
  const feed = await storage.listChanges?.({ tenantId, after: 0, limit: Infinity });
  return { offhook, changes, feed: feed?.changes ?? [] };
}
