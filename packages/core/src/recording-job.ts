import { maxAttempts } from "./backoff.ts";
import type { Call } from "./call.ts";
import type { CallEvent, CallEventDraft } from "./call-event.ts";
import { isTerminal } from "./fold-rules.ts";
import { sha256Hex } from "./hash.ts";
import { newJob, type Job } from "./job.ts";
import type { Provider } from "./provider.ts";
import type { RunJob } from "./run-job.ts";

/** Vendors have a recording ready some time after the call. */
const delayMs = 2 * 60_000;

export const recordingJobKind = "fetch-recording";

type RecordingPayload = { readonly callId: string };

/** Nothing is missing of a call that has a recording, in whatever state, or whose vendors have none to give. */
function isMissingFor(call: Call, providers: ReadonlySet<string>): boolean {
  return (
    call.outcome !== "missed" &&
    call.outcome !== "abandoned" &&
    call.recordings.length === 0 &&
    call.references.some(({ provider }) => providers.has(provider))
  );
}

/** The job that asks for the recording of a call that has ended without one; none where there is nobody to ask. */
export function recordingJob(
  call: Call,
  { tenantId, nowMs, recordingProviders }: { tenantId: string; nowMs: number; recordingProviders: ReadonlySet<string> },
): Job[] {
  if (recordingProviders.size === 0 || !isMissingFor(call, recordingProviders)) return [];
  return [
    newJob({
      id: `${recordingJobKind}:${call.id}`,
      tenantId,
      kind: recordingJobKind,
      payload: { callId: call.id } satisfies RecordingPayload,
      nowMs,
      delayMs,
    }),
  ];
}

/** Providers that can be asked for a recording. */
export function namesOfAsked(providers: readonly Provider[]): ReadonlySet<string> {
  return new Set(providers.filter((provider) => provider.fetchRecording !== undefined).map(({ name }) => name));
}

export interface RecordingRunnerOptions {
  readonly tenantId: string;
  readonly providers: readonly Provider[];
  readonly now: () => number;
  readonly getCall: (id: string) => Promise<Call | undefined>;
  /** Adds what was found to the call. */
  readonly apply: (events: readonly CallEvent[]) => Promise<void>;
}

/** Runs the jobs of kind `fetch-recording`; throws while there is no recording yet, to be asked again later. */
export function recordingRunner({ tenantId, providers, now, getCall, apply }: RecordingRunnerOptions): RunJob {
  const names = namesOfAsked(providers);
  return async ({ payload, attempts }) => {
    const { callId } = payload as RecordingPayload; // as recordingJob wrote it
    const call = await getCall(callId);
    if (call === undefined || !isTerminal(call.status) || !isMissingFor(call, names)) return;
    const receivedAt = new Date(now()).toISOString();
    let failure: unknown;
    let mayCome = false;
    for (const provider of providers) {
      const { name } = provider;
      if (!call.references.some((reference) => reference.provider === name)) continue;
      let draft: CallEventDraft | null | undefined;
      try {
        draft = await provider.fetchRecording?.(call);
      } catch (error) {
        // Another vendor of the call may have it.
        failure = error;
        continue;
      }
      if (draft === undefined) mayCome ||= names.has(name);
      if (draft === undefined || draft === null) continue;
      // Named after what it says: fetched twice, it is the same event.
      const content = await sha256Hex(JSON.stringify([draft.type, draft.occurredAt, draft.references, draft.facts]));
      const id = `evt_${name}_${content.slice(0, 32)}_0`;
      await apply([{ ...draft, id, tenantId, provider: name, source: "api", receivedAt, deliveryId: null }]);
      return;
    }
    if (failure !== undefined) throw failure;
    // A recording that never comes is nothing for a person to look at.
    if (mayCome && attempts < maxAttempts) throw new Error("no vendor has the recording yet");
  };
}
