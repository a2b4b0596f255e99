import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { buildNextApp, startNextApp } from "../../../tooling/next-server.ts";
import { apps } from "./apps.ts";

/** A server in a process of its own, on 127.0.0.1. */
export interface RunningApp {
  readonly port: number;
  close(): Promise<void>;
}

export const next = "Next.js";

export const frameworks: readonly string[] = [...Object.keys(apps), next];

/** @param behind `bare`, `verifying` or `whole`. */
export const startApp = (framework: string, behind: string): Promise<RunningApp> =>
  framework === next ? startNext(behind) : startOwn(framework, behind);

let building: Promise<void> | undefined;

async function startNext(behind: string): Promise<RunningApp> {
  const app = { folder: join(import.meta.dirname, "../../next-app") };
  await (building ??= buildNextApp(app));
  return startNextApp({ ...app, variables: { BEHIND: behind } });
}

async function startOwn(framework: string, behind: string): Promise<RunningApp> {
  const app = spawn(process.execPath, [join(import.meta.dirname, "app-process.ts"), framework, behind], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  return {
    port: await portOf(app),
    async close() {
      const ended = once(app, "exit");
      app.stdin.end();
      await ended;
    },
  };
}

async function portOf({ stdout }: ChildProcess): Promise<number> {
  if (stdout === null) throw new Error("Expected the output of the app");
  for await (const line of createInterface(stdout)) return Number(line);
  throw new Error("Expected a port, got the end of the app");
}
