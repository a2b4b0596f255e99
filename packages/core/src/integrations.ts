import type { Call, RecordingState } from "./call.ts";
import type { WebhookSetup, WebhookSetupResult } from "./provider-api.ts";
import type { RecordingStream } from "./recording-stream.ts";
import type { Job } from "./job.ts";
import type { RunJob } from "./run-job.ts";
import type { Workings } from "./workings.ts";

/** What an Offhook does with the APIs of its vendors. */
export interface Integrations {
  /**
   * Brings history in, through the same fold as webhooks. What is known already stays as it is, what is not is added.
   * Asked for again after a crash or a stop, the same range goes on where it was.
   *
   * Resolves when it is done, however long the vendor's limits make it wait; see `startImport`, and `signal`.
   *
   * @throws ConfigurationError `client_missing`, `import_running`, or `option_invalid` for a range that is none.
   * @throws ApiError when the vendor gives nothing more; what was brought in stays, and the next call goes on from there.
   */
  importCalls(options: ImportOptions): Promise<ImportSummary>;
  /** The same in the background, by jobs; resolves once it is written down. See `status`. */
  startImport(options: Pick<ImportOptions, "provider" | "from" | "to" | "notify" | "restart">): Promise<ImportSummary>;
  /** The comparison in the background, by jobs; resolves once it is written down. See `progress`. */
  startReconcile(options: Pick<ReconcileOptions, "provider" | "window" | "notify">): Promise<ReconcileSummary>;
  /** The last import and comparison of a provider, with what is known of them so far. */
  progress(provider: string): Promise<IntegrationProgress>;
  /** Ends an import, wherever it runs, after the page that it is at. False: none runs. */
  stopImport(provider: string): Promise<boolean>;
  /**
   * Finds what webhooks have missed, and repairs only that.
   * @throws as `importCalls`.
   */
  reconcile(options: ReconcileOptions): Promise<ReconcileSummary>;
  status(provider: string): Promise<IntegrationStatus>;
  /** Whether the credentials are good, within ten seconds. What the vendor refuses is in the result, and not thrown. */
  testConnection(provider: string): Promise<ConnectionTest>;
  /** A call as the vendor has it now, and as it is stored. Stores nothing. Undefined: the vendor knows no such call. */
  lookUpCall(provider: string, id: string): Promise<CallLookup | undefined>;
  /** Tells the vendor where to send its webhooks. */
  setupWebhook(provider: string, setup: WebhookSetup): Promise<WebhookSetupResult>;
  /** @throws ApiError, and ConfigurationError `client_missing` where its vendor has it and cannot be asked. */
  openRecording(callId: string, options?: OpenRecordingOptions): Promise<OpenedRecording>;
}

/** Integrations with what only the Offhook itself needs of them. */
export interface IntegrationsEngine extends Integrations {
  /** The jobs that belong to it, by kind. */
  readonly runners: ReadonlyMap<string, RunJob>;
  /** What else there is to do for a call. */
  followUps(call: Call, hasEnded: boolean): readonly Job[];
  /** What is to be done by itself from now on. */
  scheduled(): readonly Job[];
  /** Ends what runs, so that it can go on another time; resolves once it has ended, or after a while. */
  stop(): Promise<void>;
}

/** Made once for each Offhook. */
export type IntegrationsFactory = (workings: Workings) => IntegrationsEngine;

/** How often and how far back to compare by itself. */
export interface ReconcileSchedule {
  /** Default 60. */
  readonly everyMinutes?: number;
  /** How far back each run looks. Default 26. */
  readonly windowHours?: number;
  /** By how much a run overlaps the one before, where that is longer ago than the window. Default 2. */
  readonly overlapHours?: number;
}

export interface ImportOptions {
  /** The provider's name. */
  readonly provider: string;
  /** Half-open range of the calls' start: from inclusive, to exclusive. A day in UTC, or ISO-8601 with a zone. */
  readonly from: string;
  /** Default, and the latest there is: until now. */
  readonly to?: string;
  /** Called after every page, and waited for. What it throws is logged, and ends nothing. */
  readonly onProgress?: (progress: ImportProgress) => unknown;
  /** Whether handlers and notifiers hear of what is new, and vendors are asked for recordings. Default false. */
  readonly notify?: boolean;
  /** Ends it after the page that it is at; it can go on later. */
  readonly signal?: AbortSignal;
  /** Begin anew, also where an earlier import has not come to its end. Default false. */
  readonly restart?: boolean;
}

/** What came of the calls that the vendor listed. */
export interface ImportCounts {
  /** Calls that the vendor listed: the sum of the next five. */
  readonly seen: number;
  readonly created: number;
  /** Something that was not known was added. */
  readonly updated: number;
  readonly unchanged: number;
  /** Outside of the range that was asked for. */
  readonly skipped: number;
  /** That could not be read or stored. */
  readonly failed: number;
  /** Recordings of known calls that were added from a list of their own. */
  readonly recordings: number;
}

/** `waiting`: until the vendor's quota allows more, or until it answers again, as `error` says. */
export type ImportState = "running" | "waiting" | "finished" | "stopped" | "failed";

export interface ImportProgress extends ImportCounts {
  readonly provider: string;
  readonly from: string;
  readonly to: string;
  readonly state: ImportState;
  /** Requests so far, repeated ones too. */
  readonly requests: number;
  /** How much of the range is done, by its time: 0 to 1. */
  readonly part: number;
  /** What is left, as far as the pages so far and the vendor's quota tell; null at the beginning. */
  readonly estimate: ImportEstimate | null;
  /** Where it waits: until when. ISO-8601 in UTC. */
  readonly waitsUntil: string | null;
  /** The first reasons of what failed, without what was sent. */
  readonly failures: readonly string[];
  /** What ended it, where it failed, or what it waits for, where that is no quota. */
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly startedAt: string;
  readonly updatedAt: string;
}

export interface ImportEstimate {
  readonly requests: number;
  /** With the waiting that the vendor's quota makes necessary. */
  readonly seconds: number;
}

export interface ImportSummary extends ImportProgress {
  /** What somebody who wonders about the counts should know. */
  readonly notes: readonly ImportNote[];
}

/** Codes that stay the same, texts that may be worded better. */
export interface ImportNote {
  readonly code:
    | "range_clamped"
    | "no_calls_listed"
    | "other_account"
    | "pages_shifted"
    | "less_asked"
    | "details_missing"
    | "no_checkpoints"
    | "no_deliveries"
    | "deliveries_refused"
    | "deliveries_failed";
  readonly text: string;
}

export interface ReconcileOptions {
  readonly provider: string;
  /** What to compare. Default: the last 26 hours, or since two hours before the last run where that is longer ago. */
  readonly window?: { readonly hours: number } | { readonly from: string; readonly to?: string };
  /** As of imports. */
  readonly onProgress?: (progress: ImportProgress) => unknown;
  /** Whether handlers and notifiers hear of what is new. Default true: it is what a webhook would have told. */
  readonly notify?: boolean;
  readonly signal?: AbortSignal;
}

/** What webhooks had not told: the whole call, its end, its recording, what was said in it, or something else. */
export type MissedReason = "call" | "end" | "recording" | "conversation" | "details";

export interface ReconcileSummary extends ImportSummary {
  /**
   * Calls that needed a repair, by what was missing most. A call whose recording comes from a list of its own counts as
   * `recording` once more.
   */
  readonly missed: { readonly [Reason in MissedReason]: number };
  /** The first of them. */
  readonly repaired: readonly { readonly callId: string; readonly reason: MissedReason }[];
}

export interface IntegrationStatus extends IntegrationProgress {
  readonly provider: string;
  /** Whether there is an API client. */
  readonly connected: boolean;
  /** What can be asked of the vendor. */
  readonly abilities: readonly IntegrationAbility[];
  /** Calls of the provider that began since midnight, UTC. */
  readonly callsToday: number;
  /** When the newest genuine webhook came, whatever it said. ISO-8601 in UTC. */
  readonly lastDeliveryAt: string | null;
  /** How much of the vendor's limits is used. */
  readonly quota: readonly QuotaState[];
}

export interface IntegrationProgress {
  readonly import: ImportSummary | null;
  readonly reconcile: ReconcileSummary | null;
}

export type IntegrationAbility = "import" | "reconcile" | "recordings" | "setup-webhook";

export interface QuotaState {
  readonly requests: number;
  readonly seconds: number;
  readonly used: number;
}

export interface ConnectionTest {
  readonly provider: string;
  readonly ok: boolean;
  readonly account: string | null;
  /** Milliseconds. */
  readonly durationMs: number;
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly status: number | null;
    readonly vendorCode: string | null;
    readonly requestId: string | null;
  } | null;
}

export interface CallLookup {
  /** From what the vendor says alone. */
  readonly vendor: Call;
  readonly stored: Call | undefined;
}

export interface OpenRecordingOptions {
  /** Which one; default: the best that there is. */
  readonly recordingId?: string;
  /** An HTTP Range of one part, such as `bytes=0-1023`. */
  readonly range?: string;
  readonly signal?: AbortSignal;
}

export type OpenedRecording =
  | ({ readonly type: "stream" } & RecordingStream)
  /** Why there is nothing to hear. `unknown`: no such call or recording. */
  | { readonly type: "nothing"; readonly state: RecordingState | "none_expected" | "unknown" };
