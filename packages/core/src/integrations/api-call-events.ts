import type { CallEvent, CallEventDraft } from "../call-event.ts";
import { sha256Hex } from "../hash.ts";

export interface ApiOrigin {
  readonly tenantId: string;
  readonly provider: string;
  /** When it was read. ISO-8601 in UTC. */
  readonly receivedAt: string;
}

/**
 * What an API says, as events. They are named after what they say, so that saying it again is the same event; without
 * a time of their own also after when it was said, because then a thing that is said again is news: a tag that was taken
 * away and put back.
 */
export async function apiCallEvents(drafts: readonly CallEventDraft[], origin: ApiOrigin): Promise<CallEvent[]> {
  const { tenantId, provider, receivedAt } = origin;
  const events: CallEvent[] = [];
  for (const [index, draft] of drafts.entries()) {
    const { type, occurredAt, sequence = null, references, facts } = draft;
    const content = await sha256Hex(JSON.stringify([type, occurredAt ?? receivedAt, sequence, references, facts]));
    const id = `evt_${provider}_${content.slice(0, 32)}_${index}`;
    events.push({ ...draft, id, tenantId, provider, source: "api", receivedAt, deliveryId: null });
  }
  return events;
}
