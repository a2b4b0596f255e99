import type { CallEvent, CallEventDraft } from "../call-event.ts";
import { sha256Hex } from "../hash.ts";

export interface ApiOrigin {
  readonly tenantId: string;
  readonly provider: string;
  /** When it was read. ISO-8601 in UTC. */
  readonly receivedAt: string;
}

/**
 * What an API says, as events: for each list of drafts one of events. They are named after what they say and when it was
 * read: what is said again after something else is news, such as a tag that was taken away and put back. What is said
 * again and changes nothing is not written: see apply-records.ts.
 */
export async function apiCallEvents(
  lists: readonly (readonly CallEventDraft[])[],
  { tenantId, provider, receivedAt }: ApiOrigin,
): Promise<readonly (readonly CallEvent[])[]> {
  // At once where the platform hashes at once: a promise for each would cost more than its hash.
  const hashes = lists.map((drafts) => drafts.map((draft) => sha256Hex(contentOf(draft, receivedAt))));
  // oxlint-disable-next-line await-thenable -- promises where the platform hashes by WebCrypto
  const names = (await Promise.all(hashes.flat())).values();
  return lists.map((drafts) =>
    drafts.map((draft, index): CallEvent => {
      const id = `evt_${provider}_${names.next().value?.slice(0, 32) ?? ""}_${index}`;
      return { ...draft, id, tenantId, provider, source: "api", receivedAt, deliveryId: null };
    }),
  );
}

const contentOf = ({ type, occurredAt, sequence = null, references, facts }: CallEventDraft, readAt: string): string =>
  JSON.stringify([readAt, type, occurredAt, sequence, references, facts]);
