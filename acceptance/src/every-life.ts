import { createOffhook, memoryStorage, silentLogger, type Offhook, type OffhookOptions } from "@offhook/core";
import { signSample, type SignedSample } from "@offhook/testing";
import { allProviders } from "./all-providers.ts";

// No Node here: this file is also bundled for the web platform.

const nowMs = Date.UTC(2026, 10, 20, 12);
const origin = "https://hooks.example.com";

/** An Offhook that takes the lives, whenever they are sent. */
export function openForLives(options: Partial<OffhookOptions> = {}): Offhook {
  return createOffhook({
    providers: allProviders().map(({ create }) => create()),
    storage: memoryStorage(),
    now: () => nowMs,
    runJobs: false,
    logger: silentLogger,
    ...options,
  });
}

/** One life of each provider, signed. */
export function signedLives(): Promise<SignedSample[]> {
  const signed = allProviders().flatMap(({ create, life }, index) =>
    life({ key: `a${index}` }).map((sample) => signSample(create(), sample, { nowMs })),
  );
  return Promise.all(signed);
}

async function requests(): Promise<Request[]> {
  return (await signedLives()).map(
    ({ method, url, headers, body }) => new Request(`${origin}${url}`, { method, headers, body }),
  );
}

/** The calls that one life of each provider makes, sent through `fetch`, as text. */
export async function everyLife(): Promise<string> {
  const offhook = openForLives();
  for (const request of await requests()) {
    const { status } = await offhook.fetch(request);
    if (status !== 200 && status !== 204) throw new Error(`${request.url} was answered ${status}`);
  }
  return JSON.stringify((await offhook.calls.list()).data);
}

/** What the same requests are answered when their bodies are another's. */
export async function forgedStatuses(): Promise<number[]> {
  const offhook = openForLives();
  const statuses = new Set<number>();
  for (const { url, headers } of await requests()) {
    const { status } = await offhook.fetch(new Request(url, { method: "POST", headers, body: "{}" }));
    statuses.add(status);
  }
  return [...statuses];
}
