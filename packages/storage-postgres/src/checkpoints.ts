import type { Checkpoint } from "@offhook/core";
import { keyText } from "./key-text.ts";
import { packedRows, unpackedRows } from "./packed.ts";
import { prepared, type Session } from "./session.ts";

export interface Checkpoints {
  get(session: Session, tenantId: string, name: string): Promise<Checkpoint | undefined>;
  /** Writes all or, where one does not follow, none and says false. */
  put(session: Session, checkpoints: readonly Checkpoint[]): Promise<boolean>;
}

/** What a batch makes of one name. */
interface Step {
  readonly tenantKey: string;
  readonly nameKey: string;
  /** The version that has to be there; 0: none. */
  readonly before: number;
  readonly last: Checkpoint;
}

export function checkpointsIn(schema: string): Checkpoints {
  const table = `${schema}.checkpoints`;
  const select = prepared<{ readonly version: string; readonly value: string }>(
    `select version, value from ${table} where tenant_id = $1 and name = $2`,
  );
  const columns = { tenant_id: "text", name: "text", before: "bigint", version: "bigint", value: "text" } as const;
  // What is there is locked and compared before anything is written, both in an order that all processes keep to. A row
  // that another transaction has added since the statement began is met only when it is written: hence the last line.
  const put = prepared(
    `with step as materialized (
       select * from ${unpackedRows(columns)}
     ), locked as materialized (
       select c.tenant_id, c.name, c.version from step join ${table} c using (tenant_id, name)
       order by c.tenant_id, c.name for update of c
     )
     insert into ${table} as c (tenant_id, name, version, value)
     select tenant_id, name, version, value from step
     where not exists (
       select from step left join locked using (tenant_id, name) where coalesce(locked.version, 0) <> step.before
     )
     order by tenant_id collate "C", name collate "C"
     on conflict (tenant_id, name) do update set version = excluded.version, value = excluded.value
     where c.version = (select before from step where step.tenant_id = c.tenant_id and step.name = c.name)`,
  );

  return {
    async get(session, tenantId, name) {
      const [row] = await session.run(select, [keyText(tenantId), keyText(name)]);
      if (row === undefined) return undefined;
      // Written by put. A number of 64 bits arrives as text.
      return { tenantId, name, version: Number(row.version), value: JSON.parse(row.value) as Checkpoint["value"] };
    },
    async put(session, checkpoints) {
      const steps = stepsOf(checkpoints);
      if (steps === undefined) return false;
      if (steps.length === 0) return true;
      const { rowCount } = await session.query(
        put,
        packedRows(steps, [
          ({ tenantKey }) => tenantKey,
          ({ nameKey }) => nameKey,
          ({ before }) => before,
          ({ last }) => last.version,
          ({ last }) => JSON.stringify(last.value),
        ]),
      );
      if (rowCount === steps.length) return true;
      if ((rowCount ?? 0) === 0) return false;
      // Some were written before one was met that does not follow. The next time its row is there to be compared.
      return session.conflict("PostgreSQL: a checkpoint was added meanwhile");
    },
  };
}

/** One for each name, because one statement changes a row once. Undefined where two of a name do not follow each other. */
function stepsOf(checkpoints: readonly Checkpoint[]): readonly Step[] | undefined {
  const steps = new Map<string, Step>();
  for (const last of checkpoints) {
    const [tenantKey, nameKey] = [keyText(last.tenantId), keyText(last.name)];
    const key = `${tenantKey}\n${nameKey}`;
    const known = steps.get(key);
    if (known !== undefined && last.version !== known.last.version + 1) return undefined;
    steps.set(key, { tenantKey, nameKey, before: known?.before ?? last.version - 1, last });
  }
  return [...steps.values()];
}
