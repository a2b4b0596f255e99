import type { JsonValue } from "./call.ts";

/** Work that happens after the answer. Written in the same transaction as its cause; runs at least once. */
export interface Job {
  /** Stable: the same cause makes the same id, so it serves as an idempotency key for what the job does. */
  readonly id: string;
  readonly tenantId: string;
  /** What to run, such as `handle`. */
  readonly kind: string;
  readonly payload: { readonly [name: string]: JsonValue };
  readonly state: "waiting" | "running" | "dead";
  /** Not before. Milliseconds since 1970. */
  readonly runAtMs: number;
  /** How often it was claimed. */
  readonly attempts: number;
  /** Who holds it while running. */
  readonly leaseToken: string | null;
  readonly leaseUntilMs: number | null;
  /** Why the last attempt failed. */
  readonly lastError: string | null;
  readonly createdAtMs: number;
}

export interface JobClaim {
  readonly tenantId: string;
  readonly limit: number;
  readonly nowMs: number;
  /** Until when the jobs are ours. */
  readonly leaseUntilMs: number;
  /** Unique to this claim. */
  readonly leaseToken: string;
}

/** How a claimed job ended. Done jobs are removed. */
export interface JobSettlement {
  readonly tenantId: string;
  readonly id: string;
  readonly leaseToken: string;
  readonly result:
    | { readonly type: "done" }
    | {
        readonly type: "retry";
        readonly runAtMs: number;
        readonly error: string;
        /** How many attempts count from now on; default: all of them. */
        readonly attempts?: number;
      }
    | { readonly type: "dead"; readonly error: string };
}

/** Which jobs, for people. */
export interface JobQuery {
  readonly tenantId: string;
  /** 1 to 200. */
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly state?: Job["state"] | undefined;
  readonly kind?: string | undefined;
}

/** Dead jobs that shall run again. */
export interface JobRetry {
  readonly tenantId: string;
  /** Undefined: all of the tenant's dead jobs. Jobs that are not dead are passed over. */
  readonly ids: readonly string[] | undefined;
  readonly nowMs: number;
}

/** A job that waits. */
export function newJob({
  id,
  tenantId,
  kind,
  payload,
  nowMs,
  delayMs = 0,
}: Pick<Job, "id" | "tenantId" | "kind" | "payload"> & { readonly nowMs: number; readonly delayMs?: number }): Job {
  return {
    id,
    tenantId,
    kind,
    payload,
    state: "waiting",
    runAtMs: nowMs + delayMs,
    attempts: 0,
    leaseToken: null,
    leaseUntilMs: null,
    lastError: null,
    createdAtMs: nowMs,
  };
}
