import type { ChangeType } from "./changes.ts";
import type { CallChange, LeadChange } from "./handlers.ts";

/** A message to people or systems about a change: what a handler gets, and whose it is. */
export type Notification = (CallChange | LeadChange) & { readonly tenantId: string };

/**
 * Tells people or systems: Pusher, a signed webhook, e-mail, Slack. Runs from the outbox, after the commit: at
 * least once, retried when it throws.
 */
export interface Notifier {
  /** Unique in one Offhook, such as `pusher`; part of job ids, so it stays the same over restarts. */
  readonly name: string;
  /** The changes it wants to hear of. */
  readonly changes: readonly ChangeType[];
  notify(notification: Notification): Promise<void>;
}
