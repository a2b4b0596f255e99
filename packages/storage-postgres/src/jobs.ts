import {
  decodeCursor,
  type ClaimedJobs,
  type Job,
  type JobClaim,
  type JobQuery,
  type JobRetry,
  type JobSettlement,
  type Page,
} from "@offhook/core";
import { fromKeyText, keyText } from "./key-text.ts";
import { Conditions, pageOf } from "./pages.ts";
import { packed, packedRows, unpacked, unpackedRows } from "./packed.ts";
import { prepared, type Session } from "./session.ts";

interface JobRow {
  readonly id: string;
  readonly kind: string;
  readonly state: string;
  readonly run_at_ms: number;
  readonly attempts: number;
  readonly lease_token: string | null;
  readonly lease_until_ms: number | null;
  readonly last_error: string | null;
  readonly created_at_ms: number;
  readonly payload: string;
}

export interface Jobs {
  insert(session: Session, jobs: readonly Job[]): void;
  /** When the first job can be claimed; null when none waits. */
  firstDue(session: Session, tenantId: string): Promise<number | null>;
  claim(session: Session, claim: JobClaim): Promise<ClaimedJobs>;
  settle(session: Session, settlements: readonly JobSettlement[]): void;
  list(session: Session, query: JobQuery): Promise<Page<Job>>;
  /** Says how many there were. */
  retry(session: Session, retry: JobRetry): Promise<number>;
}

/** When a job can be claimed. */
const dueAt = (job: Job): number => (job.state === "running" ? (job.leaseUntilMs ?? 0) : job.runAtMs);

const errorText = (error: string | null): string | null => (error === null ? null : JSON.stringify(error));

export function jobsIn(schema: string): Jobs {
  const table = `${schema}.jobs`;
  const columns =
    "id, kind, state, run_at_ms, attempts, lease_token, lease_until_ms, last_error, created_at_ms, payload";
  const insert = prepared(
    `insert into ${table} (tenant_id, due_ms, ${columns}) select * from ${unpackedRows({
      tenant_id: "text",
      due_ms: "float8",
      id: "text",
      kind: "text",
      state: "text",
      run_at_ms: "float8",
      attempts: "int",
      lease_token: "text",
      lease_until_ms: "float8",
      last_error: "text",
      created_at_ms: "float8",
      payload: "text",
    })} on conflict do nothing`,
  );
  const open = `from ${table} where tenant_id = $1 and state <> 'dead'`;
  const selectDue = prepared<{ readonly due_ms: number }>(`select due_ms ${open} order by due_ms, id limit 1`);
  // All parts of one statement see the same rows: "next" those that were not claimed.
  const claim = prepared<(JobRow & { readonly next_ms: number | null }) | { id: null; next_ms: number | null }>(
    `with due as materialized (
       select id, due_ms ${open} and due_ms <= $2 order by due_ms, id limit $3 for update skip locked
     ), claimed as (
       update ${table} j set state = 'running', attempts = attempts + 1, lease_token = $4, lease_until_ms = $5,
         due_ms = $5
       from due where j.tenant_id = $1 and j.id = due.id
       returning due.due_ms as was_due_ms, ${columns.replace("id,", "j.id,")}
     ), next as (
       select min(due_ms) as next_ms from (
         select due_ms ${open} and id <> all(array(select id from due)) order by due_ms, id limit 1
       ) as first
     )
     select ${columns}, next_ms from next left join claimed on true order by was_due_ms, id`,
  );
  const held = "j.tenant_id = u.tenant_id and j.id = u.id and j.lease_token = u.lease_token";
  const heldRows = { tenant_id: "text", id: "text", lease_token: "text" } as const;
  const remove = prepared(`delete from ${table} j using ${unpackedRows(heldRows)} where ${held}`);
  const bury = prepared(
    `update ${table} j set state = 'dead', lease_token = null, lease_until_ms = null, last_error = u.last_error
     from ${unpackedRows({ ...heldRows, last_error: "text" })} where ${held}`,
  );
  const putOff = prepared(
    `update ${table} j set state = 'waiting', lease_token = null, lease_until_ms = null, last_error = u.last_error,
       run_at_ms = u.run_at_ms, due_ms = u.run_at_ms, attempts = coalesce(u.attempts, j.attempts)
     from ${unpackedRows({ ...heldRows, last_error: "text", run_at_ms: "float8", attempts: "int" })} where ${held}`,
  );
  const retried = `update ${table} set state = 'waiting', run_at_ms = $2, due_ms = $2, attempts = 0
     where tenant_id = $1 and state = 'dead'`;
  const retryAll = prepared(retried);
  const retrySome = prepared(`${retried} and id = any(${unpacked(3)})`);

  return {
    insert(session, jobs) {
      if (jobs.length === 0) return;
      // In an order that all processes keep to.
      const sorted = jobs.map((job) => ({ job, id: keyText(job.id) })).toSorted((a, b) => (a.id < b.id ? -1 : 1));
      session.send(
        insert,
        packedRows(sorted, [
          ({ job }) => keyText(job.tenantId),
          ({ job }) => dueAt(job),
          ({ id }) => id,
          ({ job }) => keyText(job.kind),
          ({ job }) => keyText(job.state),
          ({ job }) => job.runAtMs,
          ({ job }) => job.attempts,
          ({ job }) => (job.leaseToken === null ? null : keyText(job.leaseToken)),
          ({ job }) => job.leaseUntilMs,
          ({ job }) => errorText(job.lastError),
          ({ job }) => job.createdAtMs,
          ({ job }) => JSON.stringify(job.payload),
        ]),
      );
    },
    async firstDue(session, tenantId) {
      const [row] = await session.run(selectDue, [keyText(tenantId)]);
      return row?.due_ms ?? null;
    },
    async claim(session, { tenantId, limit, nowMs, leaseUntilMs, leaseToken }) {
      const rows = await session.run(claim, [keyText(tenantId), nowMs, limit, keyText(leaseToken), leaseUntilMs]);
      return {
        jobs: rows.flatMap((row) => (row.id === null ? [] : [toJob(tenantId, row)])),
        nextRunAtMs: rows[0]?.next_ms ?? null,
      };
    },
    settle(session, settlements) {
      const sorted = settlements.toSorted((left, right) => (left.id < right.id ? -1 : 1));
      const done: JobSettlement[] = [];
      const dead: { readonly settlement: JobSettlement; readonly error: string }[] = [];
      const later: { readonly settlement: JobSettlement; readonly result: Retry }[] = [];
      for (const settlement of sorted) {
        const { result } = settlement;
        if (result.type === "done") done.push(settlement);
        else if (result.type === "dead") dead.push({ settlement, error: result.error });
        else later.push({ settlement, result });
      }
      if (done.length > 0) session.send(remove, packedRows(done, heldValues));
      if (dead.length > 0) {
        session.send(bury, [
          ...packedRows(
            dead.map(({ settlement }) => settlement),
            heldValues,
          ),
          packed(dead.map(({ error }) => errorText(error))),
        ]);
      }
      if (later.length > 0) {
        session.send(putOff, [
          ...packedRows(
            later.map(({ settlement }) => settlement),
            heldValues,
          ),
          packed(later.map(({ result }) => errorText(result.error))),
          packed(later.map(({ result }) => result.runAtMs)),
          packed(later.map(({ result }) => result.attempts ?? null)),
        ]);
      }
    },
    async list(session, { tenantId, limit, cursor, state, kind }) {
      const where = new Conditions();
      where.add("tenant_id = ?", keyText(tenantId));
      if (cursor !== undefined) {
        const { time, id } = decodeCursor(cursor);
        where.add("(created_at_ms, id) < (?, ?)", Number(time), keyText(id));
      }
      if (state !== undefined) where.add("state = ?", keyText(state));
      if (kind !== undefined) where.add("kind = ?", keyText(kind));
      const rows = await session.run<JobRow>(
        {
          text: `select ${columns} from ${table} where ${where.sql()} order by created_at_ms desc, id desc limit ${limit + 1}`,
        },
        where.parameters,
      );
      return pageOf(
        rows.map((row) => toJob(tenantId, row)),
        limit,
        ({ createdAtMs, id }) => ({ time: String(createdAtMs), id }),
      );
    },
    async retry(session, { tenantId, ids, nowMs }) {
      if (ids?.length === 0) return 0;
      const { rowCount } =
        ids === undefined
          ? await session.query(retryAll, [keyText(tenantId), nowMs])
          : await session.query(retrySome, [keyText(tenantId), nowMs, packed(ids.map(keyText))]);
      return rowCount ?? 0;
    },
  };
}

type Retry = Extract<JobSettlement["result"], { readonly type: "retry" }>;

const heldValues: readonly ((settlement: JobSettlement) => string)[] = [
  ({ tenantId }) => keyText(tenantId),
  ({ id }) => keyText(id),
  ({ leaseToken }) => keyText(leaseToken),
];

function toJob(tenantId: string, row: JobRow): Job {
  return {
    id: fromKeyText(row.id),
    tenantId,
    kind: fromKeyText(row.kind),
    // Both written from a Job, the error by errorText.
    payload: JSON.parse(row.payload) as Job["payload"],
    state: row.state as Job["state"],
    runAtMs: row.run_at_ms,
    attempts: row.attempts,
    leaseToken: row.lease_token === null ? null : fromKeyText(row.lease_token),
    leaseUntilMs: row.lease_until_ms,
    lastError: row.last_error === null ? null : (JSON.parse(row.last_error) as string),
    createdAtMs: row.created_at_ms,
  };
}
