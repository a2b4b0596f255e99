import { ApiError } from "../api-error.ts";
import { applyRecords } from "./apply-records.ts";
import { archiveWhole } from "./archive-whole.ts";
import { maxAttempts } from "../backoff.ts";
import type { CallEventDraft } from "../call-event.ts";
import type { Call, Recording } from "../call.ts";
import { ConfigurationError } from "../errors.ts";
import {
  lacksConversation,
  lacksRecording,
  mayStillCome,
  type ArchiveJobPayload,
  type FindCallJobPayload,
  type RecordingJobPayload,
} from "./follow-ups.ts";
import type { Vendor } from "./import-runs.ts";
import type { Job } from "../job.ts";
import { NotYet } from "../run-job.ts";
import { openAtVendor } from "./open-recording.ts";
import type { ApiRecord } from "../provider-api.ts";
import { archiveKey } from "../recording-archive.ts";
import { noRecordings, recordingNeverCame, recordingVerdict } from "./recording-events.ts";
import type { Vendors } from "./vendors.ts";
import type { Workings } from "../workings.ts";

export interface RecordingJobsOptions {
  readonly workings: Workings;
  readonly vendors: Vendors;
  readonly getCall: (id: string) => Promise<Call | undefined>;
  /** Ends what is under way. */
  readonly closing: AbortSignal;
}

const minuteMs = 60_000;
/** How old a call is when a vendor that knows nothing of it is asked again. After the last it had no part in it. */
const looksMs = [3 * minuteMs, 30 * minuteMs];

/** However long a vendor wants us to wait. */
const longestDelayMs = 6 * 60 * 60_000;

/** The jobs that ask vendors for what a call has ended without, and that keep recordings for good. */
export class RecordingJobs {
  readonly #options: RecordingJobsOptions;

  constructor(options: RecordingJobsOptions) {
    this.#options = options;
  }

  /** Runs a job; one that the vendor, or its limit, asks to come later comes later. */
  async unlessLater(job: Job, run: (job: Job) => Promise<void>): Promise<void> {
    try {
      await run(job);
    } catch (error) {
      // The next process does it: what was cut off is no attempt.
      if (this.#options.closing.aborted) {
        throw new NotYet("the process ended", { delayMs: 0, isAttempt: false, cause: error });
      }
      if (!(error instanceof ApiError) || !error.isRetryable || error.retryAfterMs === null) throw error;
      const { message, code, retryAfterMs } = error;
      // Waiting for one's turn is no attempt: a vendor that is busy with our own jobs would let the last of them die.
      const isAttempt = code !== "api_quota_exhausted";
      throw new NotYet(message, { delayMs: Math.min(retryAfterMs, longestDelayMs), isAttempt, cause: error });
    }
  }

  /** `fetch-recording`: throws while there is none yet, to be tried again. */
  async fetchRecording({ payload, attempts }: Job): Promise<void> {
    const { vendors, getCall } = this.#options;
    const { callId } = payload as RecordingJobPayload; // as follow-ups wrote it
    const call = await getCall(callId);
    if (call === undefined || !lacksRecording(call, providersOf(call))) return;
    if (!lacksRecording(call, vendors.recorders)) return leaveToOthers("any of its vendors", attempts);
    const answers = await this.#recordingAnswers(call);
    const found = answers.find(({ answer }) => typeof answer === "object");
    if (typeof found?.answer === "object") {
      const { name, answer } = found;
      await this.#apply(name, [
        { subject: "recording", reference: referenceOf(call, name), startedAt: null, events: [answer] },
      ]);
      return;
    }
    const isAnnounced = answers.some(({ answer }) => answer === "later");
    if (isAnnounced && attempts < maxAttempts) throw new NotYet("no vendor has the recording yet");
    // Nothing for a person to look at among the jobs: it stands with the call.
    for (const { name, answer } of answers) {
      await this.#apply(name, [answer === "later" ? recordingNeverCame(call, name) : noRecordings(call, name)]);
    }
  }

  /** What each vendor of the call says, or at least the one that has the recording. @throws what the others failed with. */
  async #recordingAnswers(
    call: Call,
  ): Promise<readonly { readonly name: string; readonly answer: CallEventDraft | "none" | "later" }[]> {
    const answers: { readonly name: string; readonly answer: CallEventDraft | "none" | "later" }[] = [];
    let failure: unknown;
    for (const { name, api, requests } of this.#options.vendors.all()) {
      if (api.findRecording === undefined || !call.references.some(({ provider }) => provider === name)) continue;
      try {
        const answer = await requests.ask(
          { isUrgent: true },
          async (context) => (await api.findRecording?.(call, context)) ?? "none",
        );
        answers.push({ name, answer });
        if (typeof answer === "object") return answers;
      } catch (error) {
        // Another vendor of the call may have it.
        failure = error;
      }
    }
    if (failure !== undefined) throw failure;
    return answers;
  }

  /** `find-call`: throws while the vendor is not ready, to be tried again. The call is complete without it. */
  async findCall({ payload, attempts }: Job): Promise<void> {
    const { workings, vendors, getCall } = this.#options;
    const { callId, provider } = payload as FindCallJobPayload; // as follow-ups wrote it
    const vendor = vendors.find(provider);
    const call = await getCall(callId);
    const carriers = vendor?.api.talksOn ?? [];
    if (vendor === undefined) return leaveToOthers(provider, attempts);
    if (call === undefined || !lacksConversation(call, provider, carriers)) return;
    const found = await this.#find(vendor, call, attempts);
    if (found === "none") {
      // It may not have heard of the call itself yet.
      const ageMs = workings.now() - Date.parse(call.endedAt ?? call.createdAt);
      const nextMs = looksMs.find((lookMs) => lookMs > ageMs);
      if (nextMs !== undefined && attempts < maxAttempts) {
        throw new NotYet(`${provider} knows nothing of the call`, { delayMs: nextMs - ageMs });
      }
      return;
    }
    if (found === "later") {
      if (attempts < maxAttempts) throw new NotYet(`${provider} has not finished its part of the call yet`);
      return;
    }
    await this.#apply(provider, found);
    // There was nothing to analyze.
    if (found.some(({ isSettled }) => isSettled === true)) return;
    const now = await getCall(callId);
    if (now === undefined || attempts >= maxAttempts || !lacksConversation(now, provider, carriers)) return;
    // What there was is with the call already.
    throw new NotYet(`${provider} has not finished its part of the call yet`);
  }

  async #find(
    { name, api, requests }: Vendor,
    call: Call,
    attempts: number,
  ): Promise<readonly ApiRecord[] | "none" | "later"> {
    const own = call.references.filter((reference) => reference.provider === name);
    try {
      const known: ApiRecord[] = [];
      for (const { id } of own) {
        // Of the names that a vendor has for a call not every one leads to it.
        const record = await requests.ask({ isUrgent: true }, (context) => api.getCall(id, context));
        if (record !== undefined) known.push(record);
      }
      if (known.length > 0) return known;
      return await requests.ask(
        { isUrgent: true },
        async (context) =>
          (await api.findCall?.(call, { ...context, isLinked: (reference) => this.#isLinked(reference) })) ?? "none",
      );
    } catch (error) {
      // Nobody has to look at a call that is complete without it: the next reconcile brings it.
      if (error instanceof ApiError && attempts >= maxAttempts) return "none";
      throw error;
    }
  }

  async #isLinked(reference: { readonly provider: string; readonly id: string }): Promise<boolean> {
    const { storage, audience } = this.#options.workings;
    const stored = await storage.get("call", audience.tenantId, reference);
    return stored?.record.references.some(({ kind }) => kind === "leg") === true;
  }

  /** `archive-recording`: throws while it cannot be had, to be tried again. */
  async archiveRecording({ payload, attempts }: Job): Promise<void> {
    const { workings, vendors, getCall } = this.#options;
    const { callId, provider, recordingId } = payload as ArchiveJobPayload; // as follow-ups wrote it
    const { archive, audience } = workings;
    const vendor = vendors.find(provider);
    const call = await getCall(callId);
    const recording = call?.recordings.find((each) => each.id === recordingId && each.provider === provider);
    if (call === undefined || recording?.state !== "available") return;
    if (vendor === undefined) return leaveToOthers(provider, attempts);
    if (archive === undefined) throw new ConfigurationError("option_invalid", "Archive: expected one, got none");
    const opened = await openAtVendor(vendor, call, recording, {
      isUrgent: false,
      signal: this.#options.closing,
      nowMs: workings.now(),
    });
    if (opened.type === "nothing") {
      const mayCome = !opened.isCertain && mayStillCome(call, workings.now()) && attempts < maxAttempts;
      if (opened.state === "pending" || mayCome) throw new NotYet(`${provider} has not made the recording yet`);
      await this.#apply(provider, [recordingVerdict(call, recording, opened.state)]);
      return;
    }
    await archiveWhole(archive, await archiveKey(audience.tenantId, recording), opened.stream);
    await this.#tell(provider, call, recording);
  }

  async #tell(provider: string, call: Call, recording: Recording): Promise<void> {
    const { workings, getCall } = this.#options;
    const key = await archiveKey(workings.audience.tenantId, recording);
    try {
      await this.#apply(provider, [recordingVerdict(call, recording, "archived")]);
    } finally {
      // Deleted meanwhile: what was said shall not stay behind.
      if ((await getCall(call.id)) === undefined) await workings.archive?.remove(key);
    }
  }

  async #apply(provider: string, records: readonly ApiRecord[]): Promise<void> {
    const { workings } = this.#options;
    const origin = { provider, readAt: new Date(workings.now()).toISOString() };
    const [outcome] = await applyRecords(workings, origin, records);
    if (outcome?.type === "failed") throw new Error(outcome.reason);
  }
}

const providersOf = ({ references }: Call): ReadonlySet<string> => new Set(references.map(({ provider }) => provider));

/** Another process may have the client that this one lacks, as while a new version is rolled out. */
function leaveToOthers(provider: string, attempts: number): void {
  if (attempts < maxAttempts) throw new NotYet(`no client of ${provider} in this process`);
}

function referenceOf(call: Call, provider: string) {
  const reference = call.references.find((each) => each.provider === provider);
  if (reference === undefined) throw new RangeError("Recording: expected a call of the vendor, got another one");
  return reference;
}
