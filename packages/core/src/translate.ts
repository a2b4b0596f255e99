import type { DeliveryError, VerifiedDelivery } from "./delivery.ts";
import { PayloadError } from "./errors.ts";
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
      if (route.verification.type === "none") throw error;
      return { translation: undefined, error: { code: error.code, message: error.message } };
    }
    const kind = error instanceof Error ? error.name : typeof error;
    return {
      translation: undefined,
      error: { code: "mapper_failed", message: `The mapper of ${provider.name} threw: ${kind}` },
    };
  }
}

/** What a mapper without types could get wrong, and would go wrong later, outside of its own delivery. */
function checkTranslation(translation: unknown): void {
  if (translation instanceof Promise) {
    translation.catch(() => undefined);
    throw new TypeError("translate: expected a translation, got a promise");
  }
  const { kind, events, leads = [] } = translation as Translation;
  if (typeof kind !== "string") throw new TypeError("translate: expected a kind");
  for (const { references, facts } of [...events, ...leads]) {
    if (!Array.isArray(references) || references.length === 0) {
      throw new TypeError("translate: expected every event to name at least one reference");
    }
    if (typeof facts !== "object" || facts === null) throw new TypeError("translate: expected facts");
  }
}
