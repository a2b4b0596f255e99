import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { healthOn } from "./health.ts";
import { migrateDatabase } from "./migrations.ts";

test("agents are counted as calls name them, name others and go", () => {
  const database = new DatabaseSync(":memory:");
  migrateDatabase(database, "auto");
  const health = healthOn(database);
  const agents = () => [health("default").agents, health("other").agents];
  const insert = database.prepare(
    `insert into calls (tenant_id, id, created_at, providers, agent_id, record) values (?, ?, '2026', ':toy:', ?, '{}')`,
  );
  insert.run("default", "call_1", "ana");
  insert.run("default", "call_2", "ana");
  insert.run("default", "call_3", null);
  insert.run("other", "call_4", "ana");
  expect(agents()).toEqual([1, 1]);
  const update = database.prepare("update calls set agent_id = ? where id = ?");
  update.run("bo", "call_1");
  update.run("cy", "call_3");
  expect(agents()).toEqual([3, 1]);
  update.run("bo", "call_2");
  update.run(null, "call_3");
  expect(agents()).toEqual([1, 1]);
  database.exec("delete from calls where id in ('call_1', 'call_4')");
  expect(agents()).toEqual([1, 0]);
  expect(health("default").calls).toBe(2);
});
