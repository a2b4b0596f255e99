import type { ImportDocument } from "./import-document.ts";
import type { ImportNote } from "../integrations.ts";
import type { DeliveryStatus } from "../delivery.ts";
import type { Workings } from "../workings.ts";

/** What somebody who looks at the result will ask: why there was nothing, and why webhooks had not told. */
export async function concludingNotes(workings: Workings, document: ImportDocument): Promise<readonly ImportNote[]> {
  const notes: ImportNote[] = [];
  if (document.counts.seen === 0) notes.push(...(await notesOnNothing(workings, document)));
  const { call, end, conversation, recording } = document.missed;
  if (document.kind === "reconcile" && call + end + conversation + recording > 0) {
    notes.push(...(await notesOnMissed(workings, document)));
  }
  return notes;
}

async function notesOnNothing({ storage, audience: { tenantId } }: Workings, document: ImportDocument) {
  const { provider, from, to } = document;
  const range = `from ${from} to ${to}`;
  const told = await storage.listDeliveries({
    tenantId,
    limit: 1,
    provider,
    status: "applied",
    from,
    to: untilOf(document),
  });
  if (told.data.length > 0) {
    const text = `${provider} lists no calls ${range}, but webhooks told of some: the key may be of another account or company, or may not see them`;
    return [{ code: "other_account", text }] as const;
  }
  const text = `${provider} lists no calls ${range}, and no webhook told of any: there were none, or the key does not see them`;
  return [{ code: "no_calls_listed", text }] as const;
}

const untilOf = ({ to, isOpenEnded }: ImportDocument): string | undefined => (isOpenEnded ? undefined : to);

/** How many deliveries are looked at to say how many there were. */
const enough = 200;

const many = (amount: number): string => (amount === enough ? `${enough} or more` : String(amount));

async function notesOnMissed({ storage, audience: { tenantId } }: Workings, document: ImportDocument) {
  const { provider, from } = document;
  const to = untilOf(document);
  const count = async (status?: DeliveryStatus): Promise<number> => {
    const page = await storage.listDeliveries({ tenantId, limit: enough, provider, from, to, status });
    return page.data.length;
  };
  const notes: ImportNote[] = [];
  const say = (code: ImportNote["code"], text: string): void => void notes.push({ code, text });
  if ((await count()) === 0) {
    say("no_deliveries", `No webhook of ${provider} came in this time: see whether its address is set at the vendor`);
  }
  const refused = await count("rejected");
  if (refused > 0) {
    say(
      "deliveries_refused",
      `${many(refused)} deliveries of ${provider} were refused: see their reasons in the journal`,
    );
  }
  const failed = await count("failed");
  if (failed > 0) {
    say("deliveries_failed", `${many(failed)} deliveries of ${provider} are kept as failed: replay them when mended`);
  }
  return notes;
}
