import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { everyLife, signedLives } from "../every-life.ts";
import { createSchema } from "../postgres-schema.ts";
import { onRuntime } from "./on-runtime.ts";
import { question } from "./running.ts";
import { processRuntimes, type Runtime } from "./runtime.ts";
import { sendAll } from "./send-lives.ts";
import { start, type StartOptions } from "./start.ts";

const postgresUrl = inject("postgresUrl");

/**
 * Sends a part of the lives to one program after the other, each of which ends like a crash.
 * @returns what the last one has of them, as text.
 */
async function livedThroughCrashes(runtime: Runtime, app: string, options: StartOptions): Promise<string> {
  const samples = await signedLives();
  const half = Math.ceil(samples.length / 2);
  for (const part of [samples.slice(0, half), samples.slice(half)]) {
    const running = await start(runtime, app, runtime.door, options);
    try {
      for (const { status, body } of await sendAll(running, part)) {
        if (status !== 200 && status !== 204) throw new Error(`Expected to be stored, got ${status} ${body}`);
      }
    } finally {
      await running.close();
    }
  }
  const running = await start(runtime, app, runtime.door, options);
  try {
    return JSON.stringify(await question(running, "/calls"));
  } finally {
    await running.close();
  }
}

// Workers have neither files nor a process that lives on: examples/hono-worker shows PostgreSQL there.
for (const runtime of processRuntimes) {
  onRuntime(runtime, () => {
    test(`${runtime.name}: what was acknowledged stays in SQLite`, async () => {
      const folder = await mkdtemp(join(tmpdir(), "offhook-sqlite-"));
      try {
        const leave = [`--allow-read=${folder}`, `--allow-write=${folder}`];
        const options = { args: [join(folder, "calls.db")], leave };
        expect(await livedThroughCrashes(runtime, "sqlite-lives", options)).toBe(await everyLife());
      } finally {
        await rm(folder, { recursive: true });
      }
    }, 60_000);

    test.skipIf(postgresUrl === undefined)(
      `${runtime.name}: what was acknowledged stays in PostgreSQL`,
      async () => {
        const { connectionString, schema, drop } = await createSchema(postgresUrl ?? "");
        try {
          // The driver reads PGHOST and the like.
          const options = { args: [connectionString, schema], leave: ["--allow-env"] };
          expect(await livedThroughCrashes(runtime, "postgres-lives", options)).toBe(await everyLife());
        } finally {
          await drop();
        }
      },
      60_000,
    );
  });
}
