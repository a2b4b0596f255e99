import { DatabaseSync, type StatementSync } from "node:sqlite";
import type { ListQuery } from "@offhook/core";
import { beforeEach, describe, expect, test } from "vitest";
import { listJobsOn, retryJobsOn } from "./job-lists.ts";
import { migrateDatabase } from "./migrations.ts";
import { recordListOn } from "./record-lists.ts";
import { expireOn } from "./retention.ts";

/** Remembers what was prepared, so that the very statements are explained. */
class RecordingDatabase extends DatabaseSync {
  readonly statements: string[] = [];

  override prepare(sql: string): StatementSync {
    this.statements.push(sql);
    return super.prepare(sql);
  }

  /** The steps of everything that was prepared since the last time. */
  steps(): string[] {
    return this.statements
      .splice(0)
      .flatMap((sql) => super.prepare(`explain query plan ${sql}`).all())
      .map(({ detail }) => String(detail));
  }
}

/** Of tables; what a statement has made up itself, such as the sets it found, may be read through. */
const scan = /^SCAN (?:calls|leads|p|r|jobs|deliveries|changes|\w+_phones)\b/;
const sort = /TEMP B-TREE/;

const tenantId = "default";
let database: RecordingDatabase;

beforeEach(() => {
  database = new RecordingDatabase(":memory:");
  migrateDatabase(database, "auto");
  const insert = database.prepare(
    `insert into calls (tenant_id, id, created_at, status, direction, providers, record)
     values ('default', ?, '2026', ?, 'inbound', ?, '{}')`,
  );
  // Several sets of providers, so that a list has to bring them together.
  for (const providers of [":toy:", ":tin:toy:", ":tin:"]) {
    for (const status of ["completed", "busy"]) insert.run(`call_${providers}${status}`, status, providers);
  }
  database.steps();
});

const filters: readonly Partial<ListQuery>[] = [
  {},
  { provider: "toy" },
  { status: "busy" },
  { direction: "inbound" },
  { phone: "+14155550100" },
  { provider: "toy", status: "busy" },
  { provider: "toy", direction: "inbound" },
  { status: "busy", direction: "inbound" },
  { provider: "toy", status: "busy", direction: "inbound" },
  { phone: "+14155550100", provider: "toy", status: "busy", direction: "inbound" },
];
const ranges: readonly Partial<ListQuery>[] = [
  {},
  { from: "2026-01-01T00:00:00.000Z", to: "2026-02-01T00:00:00.000Z" },
  { cursor: "2026-01-15~call_1", from: "2026-01-01T00:00:00.000Z", to: "2026-02-01T00:00:00.000Z" },
];

describe("D10: a list of calls goes along an index, without sorting", () => {
  test.each(filters)("%o", (filter) => {
    for (const range of ranges) {
      recordListOn(database, "call")({ tenantId, limit: 10, ...filter, ...range });
      const steps = database.steps();
      expect(steps).toContainEqual(expect.stringMatching(/^SEARCH .*tenant_id=\?.*created_at,id\)</));
      expect(steps.filter((step) => scan.test(step) || sort.test(step))).toEqual([]);
    }
  });
});

test("D10: a list of leads goes along an index, without sorting", () => {
  for (const filter of [{}, { provider: "toy" }, { phone: "+14155550100" }]) {
    recordListOn(database, "lead")({ tenantId, limit: 10, ...filter });
    expect(database.steps().filter((step) => scan.test(step) || sort.test(step))).toEqual([]);
  }
});

test("D10: a list of jobs goes along an index, without sorting, and so does trying dead ones again", () => {
  listJobsOn(database);
  retryJobsOn(database);
  expect(database.steps().filter((step) => scan.test(step) || sort.test(step))).toEqual([]);
});

test("D10: expiry reads only what is there to expire", () => {
  expireOn(database);
  const steps = database.steps();
  expect(steps).toContainEqual("SEARCH deliveries USING INDEX deliveries_bodies (tenant_id=? AND received_at<?)");
  expect(steps.filter((step) => scan.test(step) || sort.test(step))).toEqual([]);
});
