import type { JournalEntry } from "./apply.ts";
import type { Delivery, DeliveryError, FormFields, RawDelivery, VerifiedDelivery } from "./delivery.ts";
import { PayloadError } from "./errors.ts";
import { headerOf } from "./headers.ts";
import { journalEntry } from "./journal-entry.ts";
import type { Provider, ProviderRoute } from "./provider.ts";
import { queryOf } from "./request-target.ts";
import { testHeader } from "./test-header.ts";
import { translate, type Meaning } from "./translate.ts";

/** Why a delivery cannot be read again. */
export type Unreadable = "rejected" | "body_removed" | "provider_unknown";

/** What a delivery of the journal means to the mapper of today, under its own id; or why nobody can tell. */
export async function reread(providers: readonly Provider[], delivery: Delivery): Promise<JournalEntry | Unreadable> {
  // It was never shown to come from the vendor, and is not whole.
  if (delivery.status === "rejected") return "rejected";
  if (delivery.bodyRemovedAt !== null) return "body_removed";
  const provider = providers.find(({ name }) => name === delivery.provider);
  const route = provider?.routes.find(({ kind }) => kind === delivery.route);
  if (provider === undefined || route === undefined) return "provider_unknown";
  const raw: RawDelivery = {
    method: delivery.method,
    url: delivery.url,
    query: queryOf(delivery.url),
    headers: delivery.headers,
    body: delivery.body,
    receivedAtMs: Date.parse(delivery.receivedAt),
  };
  return journalEntry(
    {
      ...delivery,
      receivedAtMs: raw.receivedAtMs,
      ...(await meaningOf(provider, route, raw)),
      test: headerOf(delivery.headers, testHeader) === "true",
    },
    delivery.id,
  );
}

async function meaningOf(provider: Provider, route: ProviderRoute, raw: RawDelivery): Promise<Meaning> {
  try {
    // It was verified when it came in: only verified deliveries are in the journal with another status than rejected.
    const verified = { ...raw, form: await formOf(route, raw), signed: undefined } as unknown as VerifiedDelivery;
    return translate(provider, route, verified);
  } catch (error) {
    if (error instanceof PayloadError) return { translation: undefined, error: errorOf(error) };
    throw error;
  }
}

/** As the verification left it: schemes that sign fields have parsed them. */
async function formOf({ verification }: ProviderRoute, raw: RawDelivery): Promise<FormFields | undefined> {
  if (verification.type !== "hmac" || !("candidates" in verification.message)) return undefined;
  return (await verification.message.candidates(raw)).form;
}

const errorOf = ({ code, message }: PayloadError): DeliveryError => ({ code, message });
