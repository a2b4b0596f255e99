import type { DatabaseSync } from "node:sqlite";
import type { ChangePage, ChangeQuery, FeedChange, RecordChange } from "@offhook/core";
import { prepare } from "./connection.ts";
import { keyText } from "./key-text.ts";

/** What has no column of its own, as JSON. */
type ChangeFacts = Pick<RecordChange, "subject" | "recordId" | "types">;

interface FeedRow {
  readonly last_id: number;
  readonly expired_id: number;
}

/** Where a tenant's feed stands; outlives its changes, so that no id is given twice. */
const selectFeed = (database: DatabaseSync) =>
  prepare<FeedRow>(database, "select last_id, expired_id from feeds where tenant_id = ?");

/** Adds to the live feed, in a transaction. */
export function insertChangesInto(database: DatabaseSync): (changes: readonly RecordChange[]) => void {
  const feed = selectFeed(database);
  const insert = database.prepare("insert into changes (tenant_id, id, at, change) values (?, ?, ?, ?)");
  const advance = database.prepare(
    `insert into feeds (tenant_id, last_id, expired_id) values (?, ?, 0)
     on conflict do update set last_id = excluded.last_id`,
  );
  return (changes) => {
    const lastIds = new Map<string, number>();
    for (const { tenantId, subject, recordId, types, at } of changes) {
      const tenantKey = keyText(tenantId);
      const id = (lastIds.get(tenantKey) ?? feed.get(tenantKey)?.last_id ?? 0) + 1;
      lastIds.set(tenantKey, id);
      const facts: ChangeFacts = { subject, recordId, types };
      insert.run(tenantKey, id, at, JSON.stringify(facts));
    }
    for (const [tenantKey, lastId] of lastIds) advance.run(tenantKey, lastId);
  };
}

export function listChangesOn(database: DatabaseSync): (query: ChangeQuery) => ChangePage {
  const feed = selectFeed(database);
  const select = prepare<{ readonly id: number; readonly at: string; readonly change: string }>(
    database,
    "select id, at, change from changes where tenant_id = ? and id > ? order by id limit ?",
  );
  return ({ tenantId, after, limit }) => {
    const tenantKey = keyText(tenantId);
    const stand = feed.get(tenantKey);
    const changes = select.all(tenantKey, after, limit).map(({ id, at, change }): FeedChange => {
      // Written by insertChangesInto.
      const { subject, recordId, types } = JSON.parse(change) as ChangeFacts;
      return { id, tenantId, subject, recordId, types, at };
    });
    return { changes, lastId: stand?.last_id ?? 0, expiredId: stand?.expired_id ?? 0 };
  };
}

/** Takes away the oldest changes up to the first that is not from before the time, at most `limit`; says how many. */
export function expireChangesOn(database: DatabaseSync): (tenantId: string, before: string, limit: number) => number {
  const selectOldest = prepare<{ readonly id: number; readonly at: string }>(
    database,
    "select id, at from changes where tenant_id = ? order by id limit ?",
  );
  const remove = database.prepare("delete from changes where tenant_id = ? and id <= ?");
  const expired = database.prepare("update feeds set expired_id = ? where tenant_id = ?");
  return (tenantId, before, limit) => {
    const tenantKey = keyText(tenantId);
    const oldest = selectOldest.all(tenantKey, limit);
    const kept = oldest.findIndex(({ at }) => at >= before);
    const last = oldest.at(kept === -1 ? -1 : kept - 1);
    if (kept === 0 || last === undefined) return 0;
    expired.run(last.id, tenantKey);
    return Number(remove.run(tenantKey, last.id).changes);
  };
}
