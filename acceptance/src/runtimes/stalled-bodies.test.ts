import { slowAdapterCases, type AdapterTarget } from "@offhook/testing/conformance";
import { describe, test } from "vitest";
import { onRuntime } from "./on-runtime.ts";
import { question } from "./running.ts";
import { bun, deno, ownNode, workerd } from "./runtime.ts";
import { start } from "./start.ts";

const doors = [
  { runtime: ownNode, door: "node" },
  { runtime: ownNode, door: "hono-node" },
  { runtime: ownNode, door: "fastify-node" },
  { runtime: bun, door: "bun" },
  { runtime: deno, door: "deno" },
  { runtime: workerd, door: "worker" },
  { runtime: workerd, door: "hono-worker" },
];

// All at once, because each waits for the same time.
describe.concurrent("A sender that stalls", () => {
  for (const { runtime, door } of doors) {
    onRuntime(runtime, () => {
      // oxlint-disable-next-line vitest/expect-expect -- the cases throw
      test(`is told so on ${runtime.name}, ${door}`, { timeout: 60_000 }, async () => {
        const running = await start(runtime, "subject", door);
        try {
          // What the program asks its subject for.
          const state = () => question(running, "/subject/state") as ReturnType<AdapterTarget["state"]>;
          for (const each of slowAdapterCases()) await each.run({ ...running, state });
        } finally {
          await running.close();
        }
      });
    });
  }
});
