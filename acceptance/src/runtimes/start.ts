import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bundleProgram } from "./bundle.ts";
import { deno, workerd, type Runtime } from "./runtime.ts";
import type { Running } from "./running.ts";
import { startProcess } from "./start-process.ts";
import { startWorker, type FetchHandler } from "./start-worker.ts";

export interface StartOptions {
  /** Of the program. */
  readonly args?: readonly string[];
  /** What Deno is asked for beyond listening. */
  readonly leave?: readonly string[];
  /** What answers a Worker's own requests; default: the internet. */
  readonly network?: FetchHandler;
}

/** Bundles the program that opens that door to that app, as the runtime wants it, and starts it there. */
export async function start(
  runtime: Runtime,
  app: string,
  door: string,
  { args = [], leave = [], network }: StartOptions = {},
): Promise<Running> {
  const { program, resolution, flags } = runtime;
  if (program === undefined) throw new Error(`${runtime.name}: expected to be installed, got nothing`);
  const { text } = await bundleProgram(app, door, resolution);
  if (runtime === workerd) return startWorker(program, text, network && { outboundService: network });
  const folder = await mkdtemp(join(tmpdir(), "offhook-runtime-"));
  try {
    const file = join(folder, "program.mjs");
    await writeFile(file, text);
    const running = await startProcess({
      program,
      args: [...flags, ...(runtime === deno ? leave : []), file, ...args],
      folder,
    });
    return {
      port: running.port,
      async close() {
        await running.close();
        await rm(folder, { recursive: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
}
