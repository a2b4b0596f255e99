import { spawn, type ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { Variables } from "./environment.ts";

/** A script of this example as a process of its own, for tests. */
export interface TestProcess {
  /** What it has written until now. */
  output(): string;
  /** Resolves once the output holds a text; rejects when the process ends before. */
  waitFor(text: string): Promise<void>;
  /** The exit code. */
  readonly ended: Promise<number | null>;
  stop(signal: NodeJS.Signals): void;
}

export function startProcess(script: string, variables: Variables, args: readonly string[] = []): TestProcess {
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn(
    process.execPath,
    // Node 22 warns that SQLite is experimental, on the same stream as what is looked at.
    ["--disable-warning=ExperimentalWarning", join(import.meta.dirname, script), ...args],
    // Nothing of the developer's own environment, where NODE_ENV is "test" besides.
    { env: { PATH: process.env["PATH"], ...variables }, stdio: ["ignore", "pipe", "pipe"] },
  );
  let text = "";
  const waiting = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      for (const check of waiting) check();
    });
  }
  const ended = once(child, "close").then(([code]) => code as number | null);
  return {
    output: () => text,
    waitFor: (wanted) =>
      new Promise((resolve, reject) => {
        const check = (): void => {
          if (!text.includes(wanted)) return;
          waiting.delete(check);
          resolve();
        };
        waiting.add(check);
        check();
        ended.then(() => reject(new Error(`The process ended without writing "${wanted}":\n${text}`)), reject);
      }),
    ended,
    stop: (signal) => void child.kill(signal),
  };
}
