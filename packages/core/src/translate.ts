import type { DeliveryError, VerifiedDelivery } from "./delivery.ts";
import { PayloadError } from "./errors.ts";
import { isRecord } from "./json.ts";
import type { Provider, ProviderRoute, Translation } from "./provider.ts";

/** What a delivery means, or why nobody can tell. */
export interface Meaning {
  readonly translation: Translation | undefined;
  readonly error: DeliveryError | null;
}

/**
 * Asks the provider what a genuine delivery means. One that cannot be read is kept as failed, with all its bytes, so
 * that nothing is lost by a mistake in a mapper.
 *
 * @throws PayloadError where nothing was verified: there is no telling a vendor's new format from garbage.
 */
export function translate(provider: Provider, route: ProviderRoute, delivery: VerifiedDelivery): Meaning {
  try {
    const translation = route.translate(delivery);
    checkTranslation(translation);
    return { translation, error: null };
  } catch (error) {
    if (error instanceof PayloadError) {
      if (route.verification.type === "none" && error.code === "payload_invalid") throw error;
      return { translation: undefined, error: { code: error.code, message: error.message } };
    }
    return {
      translation: undefined,
      error: { code: "mapper_failed", message: `The mapper of ${provider.name} threw ${placeOf(error)}` },
    };
  }
}

/** What was thrown and where; not its message, which may quote what was sent. */
function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const [place] = /[^/\\\s(]+:\d+:\d+/.exec(error.stack?.slice(error.stack.indexOf("\n")) ?? "") ?? [];
  return place === undefined ? error.name : `${error.name} at ${place}`;
}

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** What a mapper without types could get wrong, and would go wrong later, outside of its own delivery. */
function checkTranslation(translation: unknown): void {
  if (translation instanceof Promise) {
    translation.catch(() => undefined);
    throw wrong("a translation, got a promise: translate is synchronous");
  }
  if (!isRecord(translation)) throw wrong("a translation, got none");
  const { kind, events, leads = [] } = translation as unknown as Translation; // its members are checked below
  if (typeof kind !== "string") throw wrong("a kind, got none");
  if (!Array.isArray(events) || !Array.isArray(leads)) throw wrong("lists of events and leads");
  for (const { references, facts, occurredAt } of [...events, ...leads]) {
    if (!Array.isArray(references) || references.length === 0) throw wrong("at least one reference in every event");
    if (typeof facts !== "object" || facts === null) throw wrong("facts in every event");
    if (occurredAt !== null && !(typeof occurredAt === "string" && isoTime.test(occurredAt))) {
      throw wrong("occurredAt as ISO-8601 UTC with milliseconds, or null: see isoFromText");
    }
  }
}

const wrong = (expected: string): PayloadError =>
  new PayloadError("mapper_failed", `The mapper's translation: expected ${expected}`);
