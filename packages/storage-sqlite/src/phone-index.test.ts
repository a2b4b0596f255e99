import { DatabaseSync } from "node:sqlite";
import { foldCall, type Call, type CallEvent } from "@offhook/core";
import { beforeEach, expect, test } from "vitest";
import { Conditions } from "./conditions.ts";
import { filterCapacity } from "./key-filter.ts";
import { migrateDatabase } from "./migrations.ts";
import { phoneWriter, type PhoneWriter } from "./phone-index.ts";
import { phoneListOn, type PhoneQuery } from "./phone-list.ts";
import { selectAllOn } from "./statements.ts";

const busy = "+15125550188";
const noOther = new Conditions();
let database: DatabaseSync;
let writer: PhoneWriter;
let list: (query: Partial<PhoneQuery>) => number[];

beforeEach(() => {
  database = new DatabaseSync(":memory:");
  migrateDatabase(database, "auto");
  writer = phoneWriter(database, "call");
  const read = phoneListOn(database, "call", selectAllOn(database));
  list = (query) =>
    read({
      tenantKey: "default",
      phone: busy,
      below: { time: "9", id: "" },
      from: "",
      others: noOther,
      limit: 5,
      ...query,
    });
});

const timeOf = (minute: number): string => new Date(Date.UTC(2026, 0, 1) + minute * 60_000).toISOString();
const callerOf = (row: number): string => `+1415${String(row).padStart(7, "0")}`;

function callOf(row: number, minute = row, caller = callerOf(row)): Call {
  const event: CallEvent = {
    id: `evt_${row}`,
    tenantId: "default",
    provider: "toy",
    type: "call.ended",
    source: "webhook",
    occurredAt: timeOf(minute),
    receivedAt: timeOf(minute),
    deliveryId: null,
    references: [{ provider: "toy", id: `CA${row}`, kind: "leg" }],
    facts: { status: "completed", from: { e164: caller, raw: caller }, to: { e164: busy, raw: busy } },
  };
  return foldCall([event]);
}

function transaction(work: () => void, end: "commit" | "rollback" = "commit"): void {
  database.exec("begin immediate");
  writer.refresh();
  work();
  writer.finish();
  database.exec(end);
}

/** Two numbers each, so three generations are full with this many calls. */
const many = filterCapacity * 1.75;
const insertMany = (minuteOf: (row: number) => number) => () => {
  for (let row = 1; row <= many; row += 1) writer.insert(callOf(row, minuteOf(row)), row);
};
const generations = () => database.prepare("select count(*) as count from call_phone_generations").get()?.["count"];

test("a number is found in every generation, newest first", () => {
  transaction(insertMany((row) => row));
  expect(generations()).toBe(4);
  expect(list({})).toEqual([many, many - 1, many - 2, many - 3, many - 4]);
  expect(list({ below: { time: timeOf(100), id: "" }, limit: 2 })).toEqual([99, 98]);
  expect(list({ below: { time: timeOf(100), id: "" }, from: timeOf(99) })).toEqual([99]);
  for (const row of [1, 5_000, 10_000, many]) expect(list({ phone: callerOf(row) })).toEqual([row]);
  expect(list({ phone: "+19995550100" })).toEqual([]);
  expect(list({ tenantKey: "other" })).toEqual([]);
});

test("calls that were heard of in no order are listed in order", () => {
  transaction(insertMany((row) => (row * 7919) % many));
  const wanted = Array.from({ length: many }, (_, index) => index + 1)
    .toSorted((left, right) => ((right * 7919) % many) - ((left * 7919) % many))
    .slice(0, 300);
  expect(list({ limit: 300 })).toEqual(wanted);
});

test("a call whose number, time or row changes is found by the new one alone", () => {
  transaction(insertMany((row) => row));
  transaction(() => {
    writer.replace(callOf(3), callOf(3, 3, "+14165550100"), 3);
    writer.replace(callOf(4), callOf(4, 2 * many), 4);
    writer.remove(callOf(5), 5);
  });
  expect([list({ phone: callerOf(3) }), list({ phone: "+14165550100" })]).toEqual([[], [3]]);
  expect(list({ limit: 2 })).toEqual([4, many]);
  expect([list({ phone: callerOf(4) }), list({ phone: callerOf(5) })]).toEqual([[4], []]);
  expect(list({ below: { time: timeOf(7), id: "" } })).toEqual([6, 3, 2, 1]);
});

test("a generation whose transaction was rolled back is none", () => {
  transaction(
    insertMany((row) => row),
    "rollback",
  );
  expect([generations(), list({})]).toEqual([0, []]);
  transaction(() => writer.insert(callOf(1), 1));
  expect(list({})).toEqual([1]);
});
