import { describeAdapter, type AdapterSuiteOptions, type AdapterTarget } from "@offhook/testing/conformance";
import { onRuntime } from "./on-runtime.ts";
import { question } from "./running.ts";
import { bun, deno, node22, node26, ownNode, workerd, type Runtime } from "./runtime.ts";
import { start } from "./start.ts";

interface Served {
  readonly runtime: Runtime;
  /** The file in `doors`. */
  readonly door: string;
  readonly name: string;
  readonly lacks?: AdapterSuiteOptions["lacks"];
}

const lacksOfBun = { "raw-target": "Bun.serve gives a Request, whose address encodes ', \", < and >" };
const lacksOfWorkerd = {
  peer: "Cloudflare's own proxy says it, in a header that nobody but it can send; before this workerd stands nobody",
};

const served: readonly Served[] = [
  ...[node22, ownNode, node26].flatMap((runtime): Served[] => [
    { runtime, door: "node", name: "node:http" },
    { runtime, door: "hono-node", name: "Hono" },
    { runtime, door: "express-node", name: "Express" },
    { runtime, door: "fastify-node", name: "Fastify" },
  ]),
  { runtime: bun, door: "bun", name: "Bun.serve", lacks: lacksOfBun },
  { runtime: bun, door: "hono-bun", name: "Hono", lacks: lacksOfBun },
  { runtime: bun, door: "node", name: "node:http" },
  { runtime: deno, door: "deno", name: "Deno.serve" },
  { runtime: deno, door: "hono-deno", name: "Hono" },
  { runtime: deno, door: "node", name: "node:http" },
  { runtime: workerd, door: "worker", name: "fetch", lacks: lacksOfWorkerd },
  { runtime: workerd, door: "hono-worker", name: "Hono", lacks: lacksOfWorkerd },
];

for (const { runtime, door, name, lacks } of served) {
  onRuntime(runtime, () => {
    describeAdapter({
      name: `${runtime.name}, ${name}`,
      startTimeoutMs: 30_000,
      lacks: lacks ?? {},
      async start(): Promise<AdapterTarget> {
        const running = await start(runtime, "subject", door);
        // What the program asks its subject for.
        const state = () => question(running, "/subject/state") as ReturnType<AdapterTarget["state"]>;
        return { ...running, state };
      },
    });
  });
}
