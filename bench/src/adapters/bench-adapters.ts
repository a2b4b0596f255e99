import { summarize, type Comparison } from "../compare.ts";
import { load, makeRequests } from "./load.ts";
import { frameworks, next, startApp } from "./start-app.ts";

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
    for (const framework of frameworks) {
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
  const app = await startApp(framework, kind);
  // Next takes ten times as long for a request.
  const part = framework === next ? 4 : 1;
  try {
    await load(app.port, requests.slice(0, warmUps / part), connections);
    return await load(app.port, requests.slice(warmUps, warmUps + (requests.length - warmUps) / part), connections);
  } finally {
    await app.close();
  }
}
