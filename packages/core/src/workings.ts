import { ConfigurationError } from "./errors.ts";
import type { ReconcileSchedule } from "./integrations.ts";
import type { Logger } from "./logger.ts";
import type { Provider } from "./provider.ts";
import type { RecordingArchive } from "./recording-archive.ts";
import type { Storage } from "./storage.ts";
import type { TellOptions, Told } from "./tell.ts";

/** What maintenance needs of the Offhook that it maintains. */
export interface Workings {
  readonly storage: Storage;
  readonly providers: readonly Provider[];
  /** Who hears of what changes. */
  readonly audience: Omit<TellOptions, "nowMs">;
  readonly now: () => number;
  readonly logger: Logger;
  /** Opens the storage unless it is open. */
  readonly open: () => Promise<void>;
  /** To be called after a commit. */
  readonly onCommit: (told: Told) => void;
  /** Below which webhooks are served, without a slash at its end. */
  readonly prefix: string;
  readonly archive: RecordingArchive | undefined;
  /** When to reconcile by itself; undefined: only when asked to. */
  readonly schedule: ReconcileSchedule | undefined;
  /** How long one run of a job may take. Milliseconds. */
  readonly jobTimeoutMs: number;
}

// Registered, so that the doors of this package find it in an object that another copy has made: ESM and CommonJS.
const key = Symbol.for("@offhook/core/workings");

/** Lets the doors beside the main one reach the inside of an object; nobody who looks at it sees that. */
export function attachWorkings<Owner extends object>(owner: Owner, workings: Workings): Owner {
  return Object.defineProperty(owner, key, { value: workings });
}

/** @throws ConfigurationError `option_invalid` for what `createOffhook` has not made, such as a copy of it. */
export function workingsOf(owner: object): Workings {
  const workings = (owner as { readonly [key]?: Workings })[key];
  if (workings !== undefined) return workings;
  throw new ConfigurationError(
    "option_invalid",
    "Maintenance: expected what createOffhook returned, got another object",
  );
}

/** As handlers, notifiers and vendors do not hear of it; live views and the archive still do. */
export function unheard(workings: Workings): Workings {
  const { tenantId, followUps } = workings.audience;
  // What is asked of vendors is asked when a call ends.
  return { ...workings, audience: { tenantId, wanted: new Map(), followUps: (call) => followUps(call, false) } };
}
