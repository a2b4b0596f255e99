import type { Call, Recording } from "../call.ts";
import { isTerminal } from "../fold-rules.ts";
import { newJob, type Job } from "../job.ts";
import type { ProviderApi } from "../provider-api.ts";
import type { Provider } from "../provider.ts";

/** Vendors have a recording, and what was said, ready some time after the call. */
const delayMs = 2 * 60_000;

export const recordingJobKind = "fetch-recording";
export const findCallJobKind = "find-call";
export const archiveJobKind = "archive-recording";

export type RecordingJobPayload = { readonly callId: string };
export type FindCallJobPayload = { readonly callId: string; readonly provider: string };
export type ArchiveJobPayload = { readonly callId: string; readonly provider: string; readonly recordingId: string };

/** Whom to ask for more. */
export interface Asked {
  /** Providers that can be asked for the recording of a call. */
  readonly recorders: ReadonlySet<string>;
  /** Providers that may have talked on another vendor's calls, and whose calls these are. */
  readonly talkers: ReadonlyMap<string, readonly string[]>;
  /** Providers whose recordings are archived. */
  readonly archived: ReadonlySet<string>;
}

export function askedOf(providers: readonly Provider[], hasArchive: boolean): Asked {
  const namesOf = (isMeant: (api: ProviderApi) => boolean): ReadonlySet<string> =>
    new Set(providers.filter(({ api }) => api !== undefined && isMeant(api)).map(({ name }) => name));
  return {
    recorders: namesOf((api) => api.findRecording !== undefined),
    talkers: new Map(
      providers.flatMap(({ name, api }) => (api?.findCall === undefined ? [] : [[name, api.talksOn ?? []] as const])),
    ),
    archived: namesOf((api) => hasArchive && api.locateRecording !== undefined),
  };
}

/** Whether somebody spoke on the call, as far as is known, so that there may be something to hear. */
const mayBeRecorded = (call: Call): boolean =>
  call.outcome !== "missed" && call.outcome !== "abandoned" && call.status !== "failed";

/** Recordings are made within this time after a call, if at all. Milliseconds. */
const readyMs = 24 * 60 * 60_000;

/** Whether the call is young enough for what is not there, or is empty, to be still in the making. */
export function mayStillCome({ endedAt, createdAt }: Call, nowMs: number): boolean {
  return nowMs - Date.parse(endedAt ?? createdAt) < readyMs;
}

const isSettled = ({ state }: Recording): boolean => state !== "pending";

/** Whether a recording may still come: there is none that can be heard or is known to be none. */
export function lacksRecording(call: Call, recorders: ReadonlySet<string>): boolean {
  return (
    isTerminal(call.status) &&
    mayBeRecorded(call) &&
    !call.recordings.some(isSettled) &&
    // An event that states no recordings says that there are none.
    (call.recordings.length > 0 || call.provenance["recordings"] === undefined) &&
    call.references.some(({ provider }) => recorders.has(provider))
  );
}

/** Whether a vendor's part of a call is not known yet. */
export function lacksConversation(call: Call, provider: string, carriers: readonly string[]): boolean {
  return (
    isTerminal(call.status) &&
    call.outcome !== "missed" &&
    call.analysis === null &&
    call.references.some((reference) => reference.provider === provider || carriers.includes(reference.provider))
  );
}

interface At {
  readonly tenantId: string;
  readonly nowMs: number;
}

/** The jobs that ask for what a call has ended without. */
export function endedJobs(call: Call, { recorders, talkers }: Asked, at: At): Job[] {
  const jobs: Job[] = [];
  if (lacksRecording(call, recorders)) {
    const payload = { callId: call.id } satisfies RecordingJobPayload;
    jobs.push(newJob({ ...at, id: `${recordingJobKind}:${call.id}`, kind: recordingJobKind, payload, delayMs }));
  }
  for (const [provider, carriers] of talkers) {
    if (!lacksConversation(call, provider, carriers)) continue;
    const payload = { callId: call.id, provider } satisfies FindCallJobPayload;
    const id = `${findCallJobKind}:${provider}:${call.id}`;
    jobs.push(newJob({ ...at, id, kind: findCallJobKind, payload, delayMs }));
  }
  return jobs;
}

/** The jobs that keep recordings for good. At once: some vendors let go of them within minutes. */
export function archiveJobs(call: Call, { archived }: Asked, at: At): Job[] {
  if (archived.size === 0) return [];
  return call.recordings
    .filter(({ provider, state }) => state === "available" && archived.has(provider))
    .map(({ provider, id: recordingId }) =>
      newJob({
        ...at,
        id: `${archiveJobKind}:${provider}:${recordingId}`,
        kind: archiveJobKind,
        payload: { callId: call.id, provider, recordingId } satisfies ArchiveJobPayload,
      }),
    );
}
