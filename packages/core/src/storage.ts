import type { CallEvent } from "./call-event.ts";
import type { Call, CallDirection, CallStatus, JsonValue, Reference } from "./call.ts";
import type { Delivery, DeliveryStatus } from "./delivery.ts";
import type { Job, JobClaim, JobQuery, JobRetry, JobSettlement } from "./job.ts";
import type { Lead, LeadEvent } from "./lead.ts";
import type { ChangePage, ChangeQuery, RecordChange } from "./record-change.ts";

/** What is folded from events: calls and leads are stored in the same way. */
export interface Subjects {
  readonly call: { readonly record: Call; readonly event: CallEvent };
  readonly lead: { readonly record: Lead; readonly event: LeadEvent };
}
export type Subject = keyof Subjects;
export type RecordOf<S extends Subject> = Subjects[S]["record"];
export type EventOf<S extends Subject> = Subjects[S]["event"];

/**
 * Where Offhook keeps deliveries, events, calls, leads and jobs. Implement it over any database that has
 * transactions; `@offhook/testing/conformance` says whether the result holds.
 *
 * Everything is per tenant: no method may return or change what belongs to another. Failures are StorageError;
 * code `storage_unavailable` when trying again can help.
 *
 * Optional members are abilities: a storage without them works, and Offhook says clearly what it cannot do with it.
 */
export interface Storage {
  /** Connects and prepares the schema. Called before anything else; calling it again does nothing. */
  open(): Promise<void>;
  /** Finishes what is under way and lets go of the database. */
  close(): Promise<void>;
  /**
   * Runs `work` in one transaction. When it resolves, everything is on disk before this resolves; when it throws,
   * nothing of it remains and this throws the same. Of two transactions that `load` a common reference the second
   * sees what the first wrote, also where neither found a record. `work` uses its transaction alone: waiting in it for
   * another method of the storage may wait for ever. It may be run again after a conflict with another process, so it
   * has no effect but through its transaction.
   *
   * @param options.durable false: may resolve before it is on disk, where a write after it that is durable takes it
   * along. For what can be done again. A storage may pass over it.
   */
  write<Result>(
    work: (transaction: StorageTransaction) => Promise<Result>,
    options?: { readonly durable?: boolean },
  ): Promise<Result>;
  /** The call or lead that holds a reference. */
  get<S extends Subject>(
    subject: S,
    tenantId: string,
    reference: Pick<Reference, "provider" | "id">,
  ): Promise<Stored<S> | undefined>;
  /** A page of calls or leads, newest `createdAt` first, then by id, descending. */
  list<S extends Subject>(subject: S, query: ListQuery): Promise<Page<RecordOf<S>>>;
  getDelivery(tenantId: string, id: string): Promise<Delivery | undefined>;
  /** A page of the journal, newest first by id. */
  listDeliveries(query: DeliveryQuery): Promise<Page<DeliverySummary>>;
  /**
   * Takes waiting jobs that are due, and running ones whose lease has run out, by due time and then by id; no other claim
   * gets them meanwhile.
   */
  claimJobs(claim: JobClaim): Promise<ClaimedJobs>;
  /** Ends claims. A settlement whose lease was lost to another claim changes nothing. */
  settleJobs(settlements: readonly JobSettlement[]): Promise<void>;
  health(tenantId: string): Promise<StorageHealth>;

  /** Ability: a page of jobs, for people. Newest `createdAtMs` first, then by id, descending. */
  listJobs?(query: JobQuery): Promise<Page<Job>>;
  /** Ability: lets dead jobs wait again, due at once, their attempts counted anew. Resolves with how many there were. */
  retryJobs?(retry: JobRetry): Promise<number>;
  /** Ability: the live feed. What `insertChanges` wrote, in the order in which it became visible. */
  listChanges?(query: ChangeQuery): Promise<ChangePage>;
  /**
   * Ability: calls `wake` soon after another process has committed changes of this tenant; also without a reason, and
   * perhaps never, so callers look from time to time as well. Resolves with what ends it.
   */
  watchChanges?(tenantId: string, wake: () => void): Promise<() => Promise<void>>;
  /** Ability: lets go of what is past its time, at most `limit` of each kind. */
  expire?(expiry: Expiry): Promise<Expired>;
  /** Ability: small documents by name, such as how far an import has come. As the last `putCheckpoints` left it. */
  getCheckpoint?(tenantId: string, name: string): Promise<Checkpoint | undefined>;
}

/** What can be done inside `write`. Every method takes a batch. */
export interface StorageTransaction {
  /**
   * Adds deliveries to the journal. One whose `identity` the journal already has for this tenant and provider is not
   * added: its `duplicates` is counted up instead. The same may hold for two of one batch.
   *
   * @returns for each delivery, in order, the id of the one that was there before; undefined where it is new.
   */
  insertDeliveries(deliveries: readonly Delivery[]): Promise<readonly (string | undefined)[]>;
  /**
   * The distinct calls or leads that hold any of the references, each with all of its events. Called before `save`;
   * what `save` of the same transaction wrote need not be seen.
   */
  load<S extends Subject>(
    subject: S,
    tenantId: string,
    references: readonly Reference[],
  ): Promise<readonly Stored<S>[]>;
  /** Writes what the fold made of loaded records and new events. */
  save<S extends Subject>(subject: S, changes: readonly SubjectChange<S>[]): Promise<void>;
  /** Adds jobs; one whose id exists already is left as it is. */
  insertJobs(jobs: readonly Job[]): Promise<void>;

  /** Ability: adds to the live feed. */
  insertChanges?(changes: readonly RecordChange[]): Promise<void>;
  /**
   * Ability: takes away records that `load` gave, the same objects, with their events; their references lead nowhere
   * any more. A `save` that follows may use the references and the ids anew.
   */
  remove?<S extends Subject>(subject: S, stored: readonly Stored<S>[]): Promise<void>;
  /**
   * Ability: corrects journal rows. Passed over are those that do not exist and, where the bytes are to be kept, those
   * whose bytes are gone already. Resolves with how many were corrected.
   */
  updateDeliveries?(updates: readonly DeliveryUpdate[]): Promise<number>;
  /**
   * Ability: writes documents, all of them or none. Each must follow upon what is stored, or stands before it in the
   * batch: its `version` is one more than there is, 1 where there is none.
   *
   * @returns false where one does not, because somebody else was faster; then none is written.
   */
  putCheckpoints?(checkpoints: readonly Checkpoint[]): Promise<boolean>;
}

/** A small document that is written again and again. */
export interface Checkpoint {
  readonly tenantId: string;
  /** 1 to 255 characters, no control characters. */
  readonly name: string;
  /** How often it was written. */
  readonly version: number;
  readonly value: JsonValue;
}

/** A record with the events it was folded from. */
export interface Stored<S extends Subject> {
  readonly record: RecordOf<S>;
  readonly events: readonly EventOf<S>[];
}

export interface SubjectChange<S extends Subject> {
  /**
   * As it should be from now on. All of its references lead to it; those of the records that it replaces are among
   * them.
   */
  readonly record: RecordOf<S>;
  readonly newEvents: readonly EventOf<S>[];
  /**
   * What `load` gave and this record takes the place of, the same objects. None: the record is new. Several: they
   * turned out to be one; all their events belong to the record and only it remains.
   */
  readonly replaces: readonly Stored<S>[];
}

export interface ListQuery {
  readonly tenantId: string;
  /** 1 to 200. */
  readonly limit: number;
  /** From the page before. */
  readonly cursor?: string | undefined;
  /** Half-open range of `createdAt`: from inclusive, to exclusive. ISO-8601 in UTC with milliseconds. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Calls that this provider has a reference to. */
  readonly provider?: string | undefined;
  /** Calls only. */
  readonly status?: CallStatus | undefined;
  readonly direction?: CallDirection | undefined;
  /** Calls from or to this number, leads with it; exact E.164. */
  readonly phone?: string | undefined;
}

export interface DeliveryQuery {
  readonly tenantId: string;
  readonly limit: number;
  readonly cursor?: string | undefined;
  /** Half-open range of `receivedAt`. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly provider?: string | undefined;
  readonly status?: DeliveryStatus | undefined;
}

/** How a journal row reads from now on. What it was when it came in, and how often it came, stays as it is. */
export interface DeliveryUpdate {
  readonly delivery: Pick<
    DeliverySummary,
    | "tenantId"
    | "id"
    | "kind"
    | "status"
    | "error"
    | "url"
    | "headers"
    | "remoteAddress"
    | "references"
    | "test"
    | "bodyRemovedAt"
  >;
  /** False: the bytes go. */
  readonly keepBody: boolean;
}

/** What is past its time. Times are ISO-8601 in UTC with milliseconds. */
export interface Expiry {
  readonly tenantId: string;
  /** Bodies of deliveries that were received before this go. */
  readonly bodiesBefore: string;
  /** What the `bodyRemovedAt` of those deliveries says. */
  readonly now: string;
  /** Entries of the live feed from before this go. */
  readonly changesBefore: string;
  readonly limit: number;
}

/** How much went. As many as the limit: there may be more. */
export interface Expired {
  readonly bodies: number;
  readonly changes: number;
}

/** A delivery without its body, for lists. */
export type DeliverySummary = Omit<Delivery, "body">;

export interface Page<Item> {
  readonly data: readonly Item[];
  /** Null on the last page. */
  readonly nextCursor: string | null;
}

export interface ClaimedJobs {
  readonly jobs: readonly Job[];
  /** When the next job that was not claimed falls due; null when there is none. Milliseconds since 1970. */
  readonly nextRunAtMs: number | null;
}

export interface StorageHealth {
  readonly engine: string;
  readonly calls: number;
  readonly leads: number;
  /** Of calls. */
  readonly events: number;
  /** Distinct agents named by calls. */
  readonly agents: number;
  readonly deliveries: { readonly [Status in DeliveryStatus]: number };
  readonly jobs: { readonly waiting: number; readonly running: number; readonly dead: number };
  /** For storages that have a connection pool. */
  readonly pool?: { readonly totalCount: number; readonly idleCount: number; readonly waitingCount: number };
}
