import type { ChangeType } from "@offhook/core";

/** Who in the app hears of which changes, by the names that jobs give them: a handler, and a notifier that forwards. */
export const audience = {
  on: ["call.created", "call.ended", "lead.created"],
  "notifier:forward": [
    "call.created",
    "call.answered",
    "call.ended",
    "call.recorded",
    "call.analyzed",
    "call.updated",
    "call.merged",
    "lead.created",
    "lead.updated",
  ],
} as const satisfies { readonly [consumer: string]: readonly ChangeType[] };

export type Consumer = keyof typeof audience;

export function consumersOf(change: string): Consumer[] {
  // The keys of the object above.
  const consumers = Object.entries(audience) as [Consumer, readonly string[]][];
  return consumers.filter(([, changes]) => changes.includes(change)).map(([consumer]) => consumer);
}
