import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { onRuntime } from "./on-runtime.ts";
import type { StorageVerdict } from "./programs/sqlite-cases.ts";
import { question } from "./running.ts";
import { bun, deno, node22, node26 } from "./runtime.ts";
import { start } from "./start.ts";

/** Abilities that SQLite has not: several processes follow the feed by looking from time to time. */
const casesLeft = 4;

// Each has a driver of its own behind "node:sqlite".
for (const runtime of [node22, node26, bun, deno]) {
  onRuntime(runtime, () => {
    test(`${runtime.name}: the SQLite storage keeps to the whole contract`, async () => {
      const folder = await mkdtemp(join(tmpdir(), "offhook-sqlite-"));
      const leave = [`--allow-read=${folder}`, `--allow-write=${folder}`];
      const running = await start(runtime, "sqlite-cases", runtime.door, { args: [folder], leave });
      try {
        await expect
          .poll(() => question(running, "/verdict"), { interval: 250, timeout: 100_000 })
          .toMatchObject({ failures: [], left: casesLeft });
        const { kept } = (await question(running, "/verdict")) as StorageVerdict;
        expect(kept).toBeGreaterThan(250);
      } finally {
        await running.close();
        await rm(folder, { recursive: true });
      }
    }, 120_000);
  });
}
