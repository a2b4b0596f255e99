import type { CallEventDraft } from "@offhook/core";

/** What `convoso` hands to its client's `connect`: how its options read a call of the log. Not to be made by hand. */
export interface ConvosoRules {
  /** The one of `convoso({ timeZone })`. */
  readonly timeZone: string;
  /** @param record by the names that Convoso's log has, whatever keys the account's Adaptor writes. */
  readonly callEvent: (record: { readonly [name: string]: unknown }) => CallEventDraft;
}
