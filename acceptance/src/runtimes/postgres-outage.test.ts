import { expect, inject, test } from "vitest";
import { startPostgres } from "../../../tooling/postgres-server.ts";
import { everyLife, signedLives } from "../every-life.ts";
import { createSchema } from "../postgres-schema.ts";
import { onRuntime } from "./on-runtime.ts";
import { question } from "./running.ts";
import { bun, deno } from "./runtime.ts";
import { sendAll } from "./send-lives.ts";
import { start } from "./start.ts";

// Their sockets end with other errors than Node's.
for (const runtime of [bun, deno]) {
  onRuntime(runtime, () => {
    test.skipIf(inject("postgresUrl") === undefined)(
      `${runtime.name}: asks senders to come back while PostgreSQL is gone, and goes on after that`,
      async () => {
        const [first, ...others] = await signedLives();
        const server = await startPostgres(["-c", "fsync=off"]);
        try {
          const { connectionString, schema } = await createSchema(server.url);
          const options = { args: [connectionString, schema], leave: ["--allow-env"] };
          const running = await start(runtime, "postgres-lives", runtime.door, options);
          try {
            const statuses = async (samples: typeof others) =>
              (await sendAll(running, samples)).map(({ status }) => status);
            expect(await statuses(first === undefined ? [] : [first])).toEqual([200]);
            await server.halt();
            expect(await statuses(others.slice(0, 1))).toEqual([503]);
            await server.resume();
            expect(new Set(await statuses(others))).toEqual(new Set([200, 204]));
            expect(JSON.stringify(await question(running, "/calls"))).toBe(await everyLife());
          } finally {
            await running.close();
          }
        } finally {
          await server.remove();
        }
      },
      60_000,
    );
  });
}
