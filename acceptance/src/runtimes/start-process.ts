import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Running } from "./running.ts";

export interface ProgramOptions {
  readonly program: string;
  readonly args: readonly string[];
  /** It may write here. */
  readonly folder: string;
}

const keptLogLength = 4_000;

/** Starts a program that tells its port, and that ends when its input does. */
export async function startProcess({ program, args, folder }: ProgramOptions): Promise<Running> {
  const child = spawn(program, args, {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      NODE_ENV: "production",
      HOME: folder,
      DENO_DIR: folder,
      DENO_NO_UPDATE_CHECK: "1",
    },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const ended = once(child, "close");
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    log = (log + chunk).slice(-keptLogLength);
  });
  const port = await new Promise<number>((resolve, reject) => {
    // Reads on to the end, so that the pipe never fills.
    createInterface(child.stdout).on("line", (line) => {
      const [, told] = /^port (\d+)$/.exec(line) ?? [];
      if (told !== undefined) resolve(Number(told));
    });
    ended.then(() => reject(new Error(`The program ended:\n${log}`)), reject);
  });
  return {
    port,
    async close() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
