import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOffhook, silentLogger } from "@offhook/core";
import { seededRandom } from "@offhook/testing";
import { afterEach, beforeEach, describe, expect, inject, test, vi } from "vitest";
import { startImportApp, type ImportAppLine, type ImportAppSettings } from "./import-app-process.ts";
import { brokenAt, newPlace, removePlace, storageAt, type StoragePlace } from "./storage-place.ts";

// Processes start and die, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const calls = 1_200;
const kills = 6;
const postgresUrl = inject("postgresUrl");

const storages = [
  { name: "SQLite", url: undefined },
  { name: "PostgreSQL", url: postgresUrl },
];

let folder: string;
let place: StoragePlace;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "offhook-import-"));
});
afterEach(async () => {
  await removePlace(place);
  rmSync(folder, { recursive: true, force: true });
});

async function storedCalls(): Promise<number> {
  const offhook = createOffhook({ providers: [], storage: storageAt(place), runJobs: false, logger: silentLogger });
  try {
    return (await offhook.health()).calls;
  } finally {
    await offhook.close();
  }
}

const settingsOf = (at: StoragePlace): ImportAppSettings => ({
  place: at,
  calls,
  pageSize: 50,
  requestMs: 5,
  from: "2026-11-10T00:00:00.000Z",
  to: "2026-11-14T00:00:00.000Z",
});

// Where PostgreSQL cannot run: the set-up has said so loudly by then, and on CI has failed.
describe.each(storages.filter(({ name, url }) => name === "SQLite" || url !== undefined))("$name", ({ url }) => {
  test(`A02: killed ${kills} times in mid-run, an import comes to its end, and counts each call once`, async () => {
    place = newPlace(folder, url);
    const random = seededRandom(20_261_120);
    let last: ImportAppLine | undefined;
    let before = 0;
    for (let round = 0; round <= kills; round += 1) {
      const app = startImportApp(settingsOf(place));
      // Some way beyond what the one before has reached.
      const killAt = round === kills ? Infinity : before + 1 + Math.floor(random() * 150);
      for await (const line of app.lines) {
        last = line;
        if (line.type !== "progress") continue;
        expect(line.seen).toBeGreaterThanOrEqual(before);
        if (line.seen >= killAt) {
          before = line.seen;
          await app.kill();
        }
      }
    }
    expect(before).toBeGreaterThan(0);
    expect(last).toMatchObject({
      type: "summary",
      state: "finished",
      seen: calls,
      created: calls,
      unchanged: 0,
      updated: 0,
      failed: 0,
    });
    expect(await storedCalls()).toBe(calls);
    expect(brokenAt(place)).toEqual([]);
  });

  test("A02: two processes that import the same at once bring each call in once", async () => {
    place = newPlace(folder, url);
    const ends = await Promise.all(
      [1, 2].map(async () => {
        let last: ImportAppLine | undefined;
        for await (const line of startImportApp(settingsOf(place)).lines) last = line;
        return last;
      }),
    );
    const [finished, ...others] = ends.filter((line) => line?.type === "summary");
    expect(finished).toMatchObject({ state: "finished", seen: calls, created: calls });
    // The other one was overtaken, or came when there was nothing left to do.
    for (const other of others) expect(other).toMatchObject({ state: "finished", created: 0, unchanged: calls });
    if (others.length === 0) expect(ends).toContainEqual({ type: "error", code: "import_running" });
    expect(await storedCalls()).toBe(calls);
  });
});
