import { ApiError } from "../api-error.ts";
import type { ImportDocument, RunKind } from "./import-document.ts";
import type { ImportRuns, RunJobPayload, Vendor } from "./import-runs.ts";
import { reconcileRange, scheduledReconcile, type FullSchedule } from "./reconcile-schedule.ts";
import type { RunJob } from "../run-job.ts";
import type { Vendors } from "./vendors.ts";
import type { Workings } from "../workings.ts";

export interface ImportJobsOptions {
  readonly workings: Workings;
  readonly runs: ImportRuns;
  readonly vendors: Vendors;
  readonly schedule?: FullSchedule | undefined;
}

/** Of a job's time, so that the page it is at ends within it. */
const runPart = 1 / 3;
const longestRunMs = 20_000;

/** Runs the jobs of imports and comparisons: each goes on for a while, and leaves one for what is left. */
export function importRunJob(kind: RunKind, { workings, runs, vendors, schedule }: ImportJobsOptions): RunJob {
  const { storage, audience, now, logger, onCommit, jobTimeoutMs } = workings;

  return async ({ payload }) => {
    const { provider, runId } = payload as RunJobPayload | { provider: string; runId?: undefined }; // as they were written
    if (schedule !== undefined && runId === undefined) {
      // First, so that a run that fails for good takes no other with it.
      const next = scheduledReconcile(provider, audience.tenantId, schedule, now());
      await storage.write((transaction) => transaction.insertJobs([next]));
    }
    const vendor = vendors.find(provider);
    // The client was taken away since.
    if (vendor === undefined) return;
    const document = runId === undefined ? await beginDue(vendor) : await runs.takeUp(kind, provider, runId);
    if (document !== undefined) await goOn(vendor, document);
  };

  /** Undefined where the run before is still on its way. */
  async function beginDue(vendor: Vendor): Promise<ImportDocument | undefined> {
    const last = await runs.find("reconcile", vendor.name);
    if (last !== undefined && runs.isOnTheWay(last)) return undefined;
    const range = reconcileRange({}, last, schedule, now());
    return runs.begin("reconcile", vendor, { ...range, notify: true, restart: true });
  }

  async function goOn(vendor: Vendor, document: ImportDocument): Promise<void> {
    const stopAtMs = now() + Math.min(jobTimeoutMs * runPart, longestRunMs);
    const end = await runs.goOn(vendor, document, { stopAtMs, waits: false });
    const { resumeAtMs, error } = end;
    if (resumeAtMs !== undefined) {
      await storage.write((transaction) => transaction.insertJobs([runs.jobOf(end.document, resumeAtMs)]));
      onCommit({ jobs: 1, changed: 0 });
    } else if (error instanceof ApiError) {
      // Told once: trying the job again would ask the vendor again and again. It stands in the status.
      logger.error(
        { provider: vendor.name, code: error.code, error: error.message },
        `[${vendor.name}] ${kind} failed`,
      );
    }
  }
}
