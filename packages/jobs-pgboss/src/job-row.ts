import { createHash } from "node:crypto";
import type { Job } from "@offhook/core";
import type { JobInsert } from "pg-boss";

/** What a job is inside pg-boss. */
export interface JobData {
  /** As JSON in a string: jsonb itself refuses NUL and lone surrogates, which callers may say. */
  readonly job: string;
}

/**
 * A job as pg-boss takes it. The same handover has the same id, so that its repetition does nothing, also after a lease
 * that was lost. When it is due tells attempts apart: each has a time of its own.
 */
export function toRow(job: Job): JobInsert<JobData> & { readonly id: string } {
  const identity = JSON.stringify([job.tenantId, job.id, job.runAtMs]);
  return { id: uuidOf(identity), data: { job: JSON.stringify(job) } };
}

export function fromData(data: JobData): Job {
  // Written by toRow, from a Job.
  return JSON.parse(data.job) as Job;
}

/** A uuid of version 8, which is free to be a hash: https://www.rfc-editor.org/rfc/rfc9562#section-5.8 */
function uuidOf(identity: string): string {
  const hex = createHash("sha256").update(identity).digest("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
}
