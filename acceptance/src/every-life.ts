import { createOffhook, memoryStorage, silentLogger, type Offhook } from "@offhook/core";
import { signSample } from "@offhook/testing";
import { allProviders } from "./all-providers.ts";

// No Node here: this file is also bundled for the web platform.

const nowMs = Date.UTC(2026, 10, 20, 12);
const origin = "https://hooks.example.com";

function open(): Offhook {
  return createOffhook({
    providers: allProviders().map(({ create }) => create()),
    storage: memoryStorage(),
    now: () => nowMs,
    runJobs: false,
    logger: silentLogger,
  });
}

async function requests(): Promise<Request[]> {
  const signed = allProviders().flatMap(({ create, life }, index) =>
    life({ key: `a${index}` }).map((sample) => signSample(create(), sample, { nowMs })),
  );
  return (await Promise.all(signed)).map(
    ({ method, url, headers, body }) => new Request(`${origin}${url}`, { method, headers, body }),
  );
}

/** The calls that one life of each provider makes, sent through `fetch`, as text. */
export async function everyLife(): Promise<string> {
  const offhook = open();
  for (const request of await requests()) {
    const { status } = await offhook.fetch(request);
    if (status !== 200 && status !== 204) throw new Error(`${request.url} was answered ${status}`);
  }
  return JSON.stringify((await offhook.calls.list()).data);
}

/** What the same requests are answered when their bodies are another's. */
export async function forgedStatuses(): Promise<number[]> {
  const offhook = open();
  const statuses = new Set<number>();
  for (const { url, headers } of await requests()) {
    const { status } = await offhook.fetch(new Request(url, { method: "POST", headers, body: "{}" }));
    statuses.add(status);
  }
  return [...statuses];
}
