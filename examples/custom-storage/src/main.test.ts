import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);

test("the app stores a signed call, and the same one when it runs again", async () => {
  const folder = await mkdtemp(join(tmpdir(), "offhook-custom-storage-"));
  try {
    for (let time = 1; time <= 2; time += 1) {
      const { stdout } = await run(process.execPath, [join(import.meta.dirname, "main.ts")], { cwd: folder });
      const [last, ...answers] = stdout.trimEnd().split("\n").toReversed();
      expect(answers).toHaveLength(6);
      for (const answer of answers) expect(answer).toMatch(/: 204$/);
      expect(last).toMatch(/^call_twilio_CA0+: completed, answered, 61 s, 1 recording, 6 events$/);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}, 30_000);
