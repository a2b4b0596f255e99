import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { ImportSummary } from "@offhook/core";
import type { StoragePlace } from "./storage-place.ts";

export interface ImportAppSettings {
  readonly place: StoragePlace;
  readonly calls: number;
  readonly pageSize: number;
  /** How long the vendor takes for an answer. */
  readonly requestMs: number;
  readonly from: string;
  readonly to: string;
}

export type ImportAppLine =
  | { readonly type: "progress"; readonly state: string; readonly seen: number }
  | ({ readonly type: "summary" } & ImportSummary)
  | { readonly type: "error"; readonly code: string };

export interface ImportApp {
  /** What it says, until it ends. */
  readonly lines: AsyncIterable<ImportAppLine>;
  /** SIGKILL, and waits for its end. */
  kill(): Promise<void>;
}

/** Starts a process that imports. */
export function startImportApp(settings: ImportAppSettings): ImportApp {
  const child = spawn(process.execPath, [join(import.meta.dirname, "import-app.ts"), JSON.stringify(settings)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "exit");
  return {
    lines: (async function* read() {
      // Each is a line of JSON: see import-app.ts. What a kill cut short is none.
      for await (const line of createInterface(child.stdout))
        if (line.endsWith("}")) yield JSON.parse(line) as ImportAppLine;
    })(),
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
