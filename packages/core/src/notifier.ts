import type { JsonValue } from "./call.ts";
import type { ChangeType } from "./changes.ts";

/** A message to people or systems about a change. */
export interface Notification {
  /** Stable: the same change has the same id, so that a receiver can ignore a repetition. */
  readonly id: string;
  readonly tenantId: string;
  readonly change: ChangeType;
  /** The Call or Lead as JSON, as it is when the notification is sent. */
  readonly record: JsonValue;
}

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
