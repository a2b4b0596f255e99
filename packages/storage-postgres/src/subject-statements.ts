import type { Subject } from "@offhook/core";
import { unpacked, unpackedRows } from "./packed.ts";
import { prepared } from "./session.ts";
import type { SubjectRow } from "./subject-rows.ts";

/** A row to insert or to update. */
export type KeyedRow = SubjectRow & { readonly key: string };

const columns = {
  tenant_id: "text",
  id: "text",
  created_at: "text",
  status: "text",
  direction: "text",
  provider: "text",
  second_provider: "text",
  third_provider: "text",
  further_providers: "text",
  from_e164: "text",
  to_e164: "text",
  agent_id: "text",
  record: "text",
} as const;
const columnList = Object.keys(columns).join(", ");

/** The parameters of a row, in the order of the statements. */
export const rowValues: readonly ((row: KeyedRow) => string | null)[] = [
  (row) => row.tenantId,
  (row) => row.id,
  (row) => row.createdAt,
  (row) => row.status,
  (row) => row.direction,
  (row) => row.provider,
  (row) => row.secondProvider,
  (row) => row.thirdProvider,
  (row) => row.furtherProviders,
  (row) => row.fromE164,
  (row) => row.toE164,
  (row) => row.agentId,
  (row) => row.record,
  (row) => row.key,
];

/** References, after the tenant. */
const namedRows = unpackedRows({ provider: "text", id: "text" }, 2);

/** The statements of calls or of leads. */
export function subjectStatements(schema: string, subject: Subject) {
  const [table, events, references, key] = [
    `${schema}.${subject}s`,
    `${schema}.${subject}_events`,
    `${schema}.${subject}_references`,
    `${subject}_key`,
  ] as const;
  // Looked up one by one: a join might read the whole table. "offset 0" keeps it from becoming one.
  const keysOfNamed = `${namedRows} cross join lateral (
      select r.${key} as key from ${references} r
      where r.tenant_id = $1 and r.provider = u.provider and r.id = u.id offset 0
    ) as found`;
  const keyed = unpackedRows({ ...columns, key: "bigint" });
  return {
    find: prepared<{ readonly record: string; readonly event: string | null }>(
      `select s.record, e.event from ${references} r join ${table} s on s.key = r.${key}
         left join ${events} e on e.${key} = s.key
       where r.tenant_id = $1 and r.provider = $2 and r.id = $3 order by e.n`,
    ),
    reserve: prepared<{ readonly provider: string; readonly id: string; readonly key: string }>(
      `insert into ${references} (tenant_id, provider, id) select $1, u.provider, u.id from ${namedRows}
       on conflict do nothing returning provider, id, ${key} as key`,
    ),
    lockReferences: prepared(
      `select from ${references} where tenant_id = $1 and (provider, id) in (select u.provider, u.id from ${namedRows})
       order by provider, id for update`,
    ),
    lockRecords: prepared<{ readonly key: string; readonly record: string }>(
      `select key, record from ${table} where key = any(array(select found.key from ${keysOfNamed}))
       order by key for update`,
    ),
    selectKeys: prepared<{
      readonly provider: string;
      readonly id: string;
      readonly key: string;
      readonly has_record: boolean;
    }>(
      `select u.provider, u.id, found.key, exists (select from ${table} s where s.key = found.key) as has_record
       from ${keysOfNamed}`,
    ),
    selectEvents: prepared<{ readonly key: string; readonly event: string }>(
      `select ${key} as key, event from ${events} where ${key} = any(array(select found.key from ${keysOfNamed}))
       order by ${key}, n`,
    ),
    newKeys: prepared<{ readonly key: string }>(
      `select nextval('${schema}.record_keys') as key from generate_series(1, $1::int)`,
    ),
    insertRecords: prepared(`insert into ${table} (${columnList}, key) select ${columnList}, key from ${keyed}`),
    updateRecords: prepared(
      `update ${table} s set (${columnList}) = (${Object.keys(columns)
        .map((column) => `u.${column}`)
        .join(", ")}) from ${keyed} where s.key = u.key`,
    ),
    deleteRecords: prepared(`delete from ${table} where key = any(${unpacked(1, "bigint")})`),
    moveEvents: prepared(
      `update ${events} e set ${key} = u.target, n = e.n + u.first_n
       from ${unpackedRows({ source: "bigint", target: "bigint", first_n: "int" })} where e.${key} = u.source`,
    ),
    insertEvents: prepared(
      `insert into ${events} (${key}, n, tenant_id, event)
       select * from ${unpackedRows({ key: "bigint", n: "int", tenant_id: "text", event: "text" })}`,
    ),
    deleteEvents: prepared(`delete from ${events} where ${key} = any(${unpacked(1, "bigint")})`),
    pointReferences: prepared(
      `insert into ${references} (tenant_id, provider, id, ${key})
       select * from ${unpackedRows({ tenant_id: "text", provider: "text", id: "text", key: "bigint" })}
       on conflict (tenant_id, provider, id) do update set ${key} = excluded.${key}`,
    ),
    deleteReferences: prepared(
      `delete from ${references} r using ${unpackedRows({ tenant_id: "text", provider: "text", id: "text" })}
       where r.tenant_id = u.tenant_id and r.provider = u.provider and r.id = u.id`,
    ),
  };
}

export type SubjectStatements = ReturnType<typeof subjectStatements>;
