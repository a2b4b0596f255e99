import { createOffhook, memoryStorage, sha256Hex, silentLogger, type Provider } from "@offhook/core";
import type { App } from "./app.ts";
import { importedAtMs } from "./vendor-providers.ts";

const settings = { now: () => importedAtMs, runJobs: false, logger: silentLogger };

/** What an import of all vendors brought. */
export interface Imported {
  /** By provider. */
  readonly created: { readonly [provider: string]: number };
  readonly calls: unknown;
  /** By call, in hexadecimal. */
  readonly recordingHashes: { readonly [call: string]: string };
}

/** Imports the calls of all vendors, and reads their recordings. */
async function importEverything(providers: readonly Provider[]): Promise<Imported> {
  // Not shared by requests: a Worker may use nothing that another request has opened, and an Offhook with clients has such.
  const offhook = createOffhook({ providers, storage: memoryStorage(), ...settings });
  const created: Record<string, number> = {};
  for (const { name } of providers) {
    const range = { from: "2026-11-19T00:00:00Z", to: "2026-11-20T00:00:00Z" };
    created[name] = (await offhook.importCalls({ provider: name, ...range })).created;
  }
  const { data: calls } = await offhook.calls.list();
  const recordingHashes: Record<string, string> = {};
  for (const { id } of calls) {
    const opened = await offhook.integrations?.openRecording(id);
    if (opened?.type !== "stream") throw new Error(`${id}: expected a recording, got ${opened?.state}`);
    recordingHashes[id] = await sha256Hex(new Uint8Array(await new Response(opened.body).arrayBuffer()));
  }
  return { created, calls, recordingHashes };
}

/** An app that imports when it is asked to, and takes no webhooks. */
export function importApp(providers: readonly Provider[]): App {
  const offhook = createOffhook({ providers: [], storage: memoryStorage(), ...settings });
  return { offhook, questions: { "/imported": () => importEverything(providers) } };
}
