import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { summarize, type Comparison } from "../compare.ts";
import { apps } from "./apps.ts";
import { load, makeRequests } from "./load.ts";

const rounds = 7;
const connections = 32;
const warmUps = 3_000;
/** The adapter may take this much of what a bare handler takes: 85 % of its rate. */
const goal = 1 / 0.85;

const behind = [
  { name: "bare handler: reads, checks the HMAC, answers", kind: "bare" },
  { name: "adapter: the same through Offhook's door and check", kind: "verifying", goal },
  { name: "whole receiver: journaled in memory too", kind: "whole" },
];

/** Each adapter against a bare handler of the same framework, over real HTTP. Milliseconds for a request. */
export async function benchAdapters(): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const bodyBytes of [3_000, 30_000]) {
    const measured = bodyBytes > 10_000 ? 4_000 : 8_000;
    const requests = makeRequests(warmUps + measured, bodyBytes);
    for (const framework of Object.keys(apps)) {
      const times: number[][] = behind.map(() => []);
      for (let round = 0; round < rounds; round += 1) {
        for (let turn = 0; turn < behind.length; turn += 1) {
          const index = (turn + round) % behind.length;
          times[index]?.push(1_000 / (await rateOf(framework, behind[index]?.kind ?? "", requests)));
        }
      }
      comparisons.push(
        summarize(
          `${framework}, ${bodyBytes / 1_000} KB, ${connections} connections`,
          behind.map((each, index) => ({ ...each, times: times[index] ?? [] })),
        ),
      );
    }
  }
  return comparisons;
}

/** Requests a second of an app in a process of its own, once it is warm. */
async function rateOf(framework: string, kind: string, requests: readonly Buffer[]): Promise<number> {
  const app = spawn(process.execPath, [join(import.meta.dirname, "app-process.ts"), framework, kind], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    const port = await portOf(app);
    await load(port, requests.slice(0, warmUps), connections);
    return await load(port, requests.slice(warmUps), connections);
  } finally {
    const ended = once(app, "exit");
    app.stdin.end();
    await ended;
  }
}

async function portOf({ stdout }: ChildProcess): Promise<number> {
  if (stdout === null) throw new Error("Expected the output of the app");
  for await (const line of createInterface(stdout)) return Number(line);
  throw new Error("Expected a port, got the end of the app");
}
