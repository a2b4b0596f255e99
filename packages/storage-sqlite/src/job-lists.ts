import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import { decodeCursor, type Job, type JobQuery, type JobRetry, type Page } from "@offhook/core";
import { prepare } from "./connection.ts";
import { jobColumns, toJob, type JobRow } from "./jobs.ts";
import { keyText } from "./key-text.ts";
import { pageOf } from "./page.ts";

/** The jobs as people look at them. */
export function listJobsOn(database: DatabaseSync): (query: JobQuery) => Page<Job> {
  const statementOf = (index: string, filter: string) =>
    prepare<JobRow>(
      database,
      `select ${jobColumns} from jobs indexed by ${index}
       where tenant_id = ? ${filter} and (created_at_ms, id) < (?, ?)
       order by created_at_ms desc, id desc limit ?`,
    );
  const all = statementOf("jobs_list", "");
  const ofKind = statementOf("jobs_by_kind", "and kind = ?");
  const inState = statementOf("jobs_by_state", "and state = ?");
  const inStateOfKind = statementOf("jobs_by_state", "and state = ? and kind = ?");

  return ({ tenantId, limit, cursor, state, kind }) => {
    const filters: SQLInputValue[] = [];
    if (state !== undefined) filters.push(state);
    if (kind !== undefined) filters.push(keyText(kind));
    const ofEitherKind = kind === undefined ? all : ofKind;
    const ofEitherKindInState = kind === undefined ? inState : inStateOfKind;
    const statement = state === undefined ? ofEitherKind : ofEitherKindInState;
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const below = after === undefined ? [Infinity, ""] : [Number(after.time), keyText(after.id)];
    const rows = statement.all(keyText(tenantId), ...filters, ...below, limit + 1);
    const jobs = rows.map((row) => toJob(tenantId, row));
    return pageOf(jobs, limit, ({ createdAtMs, id }) => ({ time: String(createdAtMs), id }));
  };
}

/** Lets dead jobs wait again; says how many. */
export function retryJobsOn(database: DatabaseSync): (retry: JobRetry) => number {
  const again = "update jobs set state = 'waiting', run_at_ms = ?, due_ms = ?, attempts = 0";
  const retryAll = database.prepare(`${again} where tenant_id = ? and state = 'dead'`);
  const retryOne = database.prepare(`${again} where tenant_id = ? and state = 'dead' and id = ?`);
  return ({ tenantId, ids, nowMs }) => {
    const tenantKey = keyText(tenantId);
    if (ids === undefined) return Number(retryAll.run(nowMs, nowMs, tenantKey).changes);
    return ids.reduce((count, id) => count + Number(retryOne.run(nowMs, nowMs, tenantKey, keyText(id)).changes), 0);
  };
}
