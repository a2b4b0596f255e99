import type { ChangeType } from "./changes.ts";
import type { Subject } from "./storage.ts";

/** What a live view is told of: the changes that handlers hear of, and that an id leads to no record of its own any more. */
export type RecordChangeType = ChangeType | "call.removed" | "lead.removed";

/** That a record changed, for live views. It names the record and holds nothing of it: whoever is told reads it anew. */
export interface RecordChange {
  readonly tenantId: string;
  readonly subject: Subject;
  /** Of the call or lead; after `…removed` it is gone, or leads to the record that it was merged into. */
  readonly recordId: string;
  readonly types: readonly RecordChangeType[];
  /** When it was written. ISO-8601 UTC with milliseconds. */
  readonly at: string;
}

/** A change with its place in the feed. */
export interface FeedChange extends RecordChange {
  /**
   * Greater than that of every change that was visible before, so that whoever has read up to an id misses nothing by
   * asking for what follows it, whichever process wrote it. Not without gaps.
   */
  readonly id: number;
}

export interface ChangeQuery {
  readonly tenantId: string;
  /** Changes with a greater id. */
  readonly after: number;
  /** 0 asks only for where the feed stands. */
  readonly limit: number;
}

export interface ChangePage {
  /** By id, ascending. */
  readonly changes: readonly FeedChange[];
  /** The greatest id that was given to the tenant; 0 when none was. */
  readonly lastId: number;
  /** The greatest id that has expired; 0 when none has. Who has read less has missed something. */
  readonly expiredId: number;
}
