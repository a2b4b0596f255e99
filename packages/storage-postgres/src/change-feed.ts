import type { ChangePage, ChangeQuery, Expiry, RecordChange, Subject } from "@offhook/core";
import { fromKeyText, keyText } from "./key-text.ts";
import { packedRows, unpackedRows } from "./packed.ts";
import { prepared, type Session } from "./session.ts";

/** Numbers of 64 bits arrive as text. */
type PageRow = {
  readonly last_id: string;
  readonly expired_id: string;
  readonly has_unplaced: boolean;
} & (
  | { readonly place: null }
  | {
      readonly place: string;
      readonly subject: Subject;
      readonly record_id: string;
      readonly types: string;
      readonly at: string;
    }
);

/**
 * The live feed. A change gets its place only after its commit, by whoever reads the feed next, one reader after the
 * other: numbers that were given before the commit would become visible in any order, and a reader would pass over
 * what comes late. It also costs the writers nothing.
 */
export interface ChangeFeed {
  insert(session: Session, changes: readonly RecordChange[]): void;
  /** As far as places were given. `hasUnplaced`: there is more, once `place` has run. */
  list(session: Session, query: ChangeQuery): Promise<{ readonly page: ChangePage; readonly hasUnplaced: boolean }>;
  /** Gives places to what is committed, in a transaction of its own. True: there may be more. */
  place(session: Session, tenantId: string): Promise<boolean>;
  /** In a transaction in which `place` has run; says how many went. */
  expire(session: Session, expiry: Expiry): Promise<number>;
}

/** Changes that get their places in one transaction. */
const maxPlaced = 20_000;

export function changeFeed(schema: string): ChangeFeed {
  const [changes, feeds] = [`${schema}.changes`, `${schema}.feeds`] as const;
  const insert = prepared(
    `insert into ${changes} (tenant_id, subject, record_id, types, at)
     select * from ${unpackedRows({ tenant_id: "text", subject: "text", record_id: "text", types: "text", at: "text" })}`,
  );
  const list = prepared<PageRow>(
    `select feed.last_id, feed.expired_id,
       exists (select from ${changes} where tenant_id = $1 and place is null) as has_unplaced,
       c.place, c.subject, c.record_id, c.types, c.at
     from (
       select coalesce(max(last_id), 0) as last_id, coalesce(max(expired_id), 0) as expired_id
       from ${feeds} where tenant_id = $1
     ) as feed
     left join lateral (
       select place, subject, record_id, types, at from ${changes}
       where tenant_id = $1 and place > $2::bigint order by place limit $3
     ) as c on true
     order by c.place`,
  );
  const ensureFeed = prepared(`insert into ${feeds} (tenant_id) values ($1) on conflict do nothing`);
  const lockFeed = prepared(`select from ${feeds} where tenant_id = $1 for update`);
  const place = prepared<{ readonly count: number }>(
    `with unplaced as materialized (
       select key, row_number() over (order by key) as n from (
         select key from ${changes} where tenant_id = $1 and place is null order by key limit ${maxPlaced}
       ) as first
     ), placed as (
       update ${changes} c set place = f.last_id + u.n from unplaced u, ${feeds} f
       where c.key = u.key and f.tenant_id = $1
     )
     update ${feeds} set last_id = last_id + (select count(*) from unplaced) where tenant_id = $1
     returning (select count(*) from unplaced)::int as count`,
  );
  // Only a prefix goes: what lies behind a change that stays, stays.
  const expire = prepared<{ readonly count: number }>(
    `with first as materialized (
       select place, at from ${changes} where tenant_id = $1 and place is not null order by place limit $3
     ), gone as (
       delete from ${changes} where tenant_id = $1 and place is not null
         and place < coalesce((select min(place) from first where at >= $2), (select max(place) + 1 from first))
       returning place
     )
     update ${feeds} set expired_id = greatest(expired_id, (select max(place) from gone)) where tenant_id = $1
     returning (select count(*) from gone)::int as count`,
  );

  return {
    insert(session, added) {
      if (added.length === 0) return;
      session.send(
        insert,
        packedRows(added, [
          ({ tenantId }) => keyText(tenantId),
          ({ subject }) => subject,
          ({ recordId }) => keyText(recordId),
          ({ types }) => JSON.stringify(types),
          ({ at }) => keyText(at),
        ]),
      );
    },
    async list(session, { tenantId, after, limit }) {
      const rows = await session.run(list, [keyText(tenantId), after, limit]);
      const [first] = rows;
      return {
        page: {
          changes: rows.flatMap((row) =>
            row.place === null
              ? []
              : [
                  {
                    id: Number(row.place),
                    tenantId,
                    subject: row.subject,
                    recordId: fromKeyText(row.record_id),
                    // Written by insert.
                    types: JSON.parse(row.types) as RecordChange["types"],
                    at: fromKeyText(row.at),
                  },
                ],
          ),
          lastId: Number(first?.last_id ?? 0),
          expiredId: Number(first?.expired_id ?? 0),
        },
        hasUnplaced: first?.has_unplaced === true,
      };
    },
    async place(session, tenantId) {
      const parameters = [keyText(tenantId)];
      session.send(ensureFeed, parameters);
      // A statement of its own: what follows sees what was committed while this waited.
      session.send(lockFeed, parameters);
      const [row] = await session.run(place, parameters);
      return row?.count === maxPlaced;
    },
    async expire(session, { tenantId, changesBefore, limit }) {
      const [row] = await session.run(expire, [keyText(tenantId), changesBefore, limit]);
      return row?.count ?? 0;
    },
  };
}
