import { expect, test } from "vitest";
import { makePool } from "./postgres-pool.ts";

test("D05: the own pool has 2 to 10 connections, closes idle ones after 30 s and waits 10 s for a new one", async () => {
  const pool = makePool("postgres://localhost/none", 20_000);
  expect(pool.options).toMatchObject({
    max: 10,
    min: 2,
    idleTimeoutMillis: 30_000,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    pipeline: true,
  });
  await pool.end();
});
