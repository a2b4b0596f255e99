import type { ImportDocument, RunKind } from "./import-document.ts";
import type { ImportRuns, RunJobPayload, Vendor } from "./import-runs.ts";
import { reconcileRange, scheduledReconcile, type FullSchedule } from "./reconcile-schedule.ts";
import { maxAttempts } from "../backoff.ts";
import { describeError } from "../logger.ts";
import { NotYet, type RunJob } from "../run-job.ts";
import type { Vendors } from "./vendors.ts";
import type { Workings } from "../workings.ts";

export interface ImportJobsOptions {
  readonly workings: Workings;
  readonly runs: ImportRuns;
  readonly vendors: Vendors;
  readonly schedule?: FullSchedule | undefined;
  /** Ends what is under way, to be gone on with by another process. */
  readonly closing: AbortSignal;
}

/** Of a job's time, so that the page it is at ends within it. */
const runPart = 1 / 3;
const longestRunMs = 20_000;
/** A page that is not there by then is given up, so that the job's own time is never over. */
const latePart = 0.8;

/** Runs the jobs of imports and comparisons: each goes on for a while, and leaves one for what is left. */
export function importRunJob(kind: RunKind, options: ImportJobsOptions): RunJob {
  const { workings, runs, vendors, schedule, closing } = options;
  const { storage, audience, now, logger, onCommit, jobTimeoutMs } = workings;

  return async ({ payload, attempts }, { stopAtMs }) => {
    const { provider, runId } = payload as RunJobPayload | { provider: string; runId?: undefined }; // as they were written
    const vendor = vendors.find(provider);
    if (runId === undefined) {
      await beginDue(provider, vendor);
    } else if (vendor === undefined) {
      // Another process may have one, as while a new version is rolled out.
      if (attempts < maxAttempts) throw new NotYet(`no client of ${provider} in this process`);
      await runs.abandon(kind, provider, runId);
      logger.error({ provider }, `[${provider}] ${kind} stopped: no process has a client of it`);
    } else {
      const document = await runs.takeUp(kind, provider, runId);
      if (document !== undefined) await goOn(vendor, document, stopAtMs);
    }
  };

  /** Leaves the job of the next time, and one that does the run of this time, unless the one before is on its way. */
  async function beginDue(provider: string, vendor: Vendor | undefined): Promise<void> {
    if (schedule === undefined) return;
    // First, so that a run that fails for good takes no other with it.
    const next = scheduledReconcile(provider, audience.tenantId, schedule, now());
    await storage.write((transaction) => transaction.insertJobs([next]));
    if (vendor === undefined) return;
    const last = await runs.find("reconcile", provider);
    if (last !== undefined && runs.isOnTheWay(last)) return;
    const range = {
      ...reconcileRange(undefined, last, schedule, now()),
      notify: true,
      restart: true,
      isBackground: true,
    };
    await runs.begin("reconcile", vendor, range, (transaction, begun) =>
      transaction.insertJobs([runs.jobOf(begun, now())]),
    );
    onCommit({ jobs: 1, changed: 0 });
  }

  async function goOn(vendor: Vendor, document: ImportDocument, latestMs: number): Promise<void> {
    const stopAtMs = Math.min(now() + Math.min(jobTimeoutMs * runPart, longestRunMs), latestMs);
    const late = AbortSignal.timeout(Math.floor(jobTimeoutMs * latePart));
    const limits = { stopAtMs, late, closing, waits: false };
    const { document: left, resumeAtMs, error } = await runs.goOn(vendor, document, limits);
    if (resumeAtMs !== undefined) {
      if (left.state === "waiting" && left.error !== null) {
        const { error: reason, waitsUntil } = left;
        logger.warn({ provider: vendor.name, ...reason, waitsUntil }, `[${vendor.name}] ${kind} waits for the vendor`);
      }
      await storage.write((transaction) => transaction.insertJobs([runs.jobOf(left, resumeAtMs)]));
      onCommit({ jobs: 1, changed: 0 });
    } else if (left.state === "failed") {
      // Told once: trying the job again would ask the vendor again and again. It stands in the status.
      const { code = "", message = "" } = left.error ?? {};
      logger.error({ provider: vendor.name, code, error: message }, `[${vendor.name}] ${kind} failed`);
    } else if (error !== undefined) {
      logger.warn({ provider: vendor.name, error: describeError(error) }, `[${vendor.name}] ${kind} ended here`);
    }
  }
}
