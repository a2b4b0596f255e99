import type { Reference } from "./call.ts";
import { PayloadError } from "./errors.ts";

/** Longest id of a vendor that is taken, in UTF-16 units. SIP Call-IDs are the longest seen. */
const maxIdLength = 255;

// Control characters and lone surrogates: some databases refuse them in keys, others change them.
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const unsafeInKey = /[\u0000-\u001f\u007f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** What ids and routes can hold: see `idOf`. */
export const providerName = /^[a-z][a-z0-9-]*$/;

/**
 * A Reference whose id every storage can keep.
 * @throws PayloadError `payload_invalid` for an id that is empty, too long or holds control characters.
 */
export function createReference(provider: string, id: string, kind: Reference["kind"]): Reference {
  if (!providerName.test(provider)) {
    throw new PayloadError(
      "payload_invalid",
      `Reference: expected a provider of lower-case letters, digits and dashes, got "${provider}"`,
    );
  }
  if (id === "" || id.length > maxIdLength || unsafeInKey.test(id)) {
    throw new PayloadError(
      "payload_invalid",
      `Call id of ${provider}: expected 1 to ${maxIdLength} characters without control characters, got ${id.length} characters`,
    );
  }
  return { provider, id, kind };
}

/** The key under which a storage finds the call or lead of a reference. Provider names hold no colon. */
export function referenceKey(reference: Pick<Reference, "provider" | "id">): string {
  return `${reference.provider}:${reference.id}`;
}

/** Legs before sessions, then by provider and id: the same on every machine, whatever arrived first. */
function compareReferences(left: Reference, right: Reference): number {
  if (left.kind !== right.kind) return left.kind === "leg" ? -1 : 1;
  if (left.provider !== right.provider) return left.provider < right.provider ? -1 : 1;
  return left.id < right.id ? -1 : left.id > right.id ? 1 : 0;
}

/** Every distinct reference, in canonical order. */
export function uniteReferences(lists: Iterable<readonly Reference[]>): Reference[] {
  const byKey = new Map<string, Reference>();
  for (const list of lists) {
    for (const reference of list) {
      const key = referenceKey(reference);
      const known = byKey.get(key);
      if (known === undefined || (known.kind === "session" && reference.kind === "leg")) byKey.set(key, reference);
    }
  }
  const references = [...byKey.values()];
  return references.length > 1 ? references.toSorted(compareReferences) : references;
}

const plainId = /^[\w.-]+$/;

/**
 * The id of the Call or Lead that is known by a reference: `call_twilio_CA…`. It is made from the reference alone,
 * so that every process and every order of arrival gives the same id, and an id that a merge has replaced still
 * leads to the call: see `parseId`.
 */
function idOf(prefix: "call" | "lead", reference: Pick<Reference, "provider" | "id">): string {
  const { provider, id } = reference;
  return `${prefix}_${provider}_${plainId.test(id) ? id : encodeURIComponent(id)}`;
}

/** The id of the Call that is known by a reference. */
export function callIdOf(reference: Pick<Reference, "provider" | "id">): string {
  return idOf("call", reference);
}

/** The id of the Lead that is known by a reference. */
export function leadIdOf(reference: Pick<Reference, "provider" | "id">): string {
  return idOf("lead", reference);
}

/** The reference that an id was made from; undefined for what is not such an id. */
export function parseId(prefix: "call" | "lead", id: string): Pick<Reference, "provider" | "id"> | undefined {
  if (!id.startsWith(`${prefix}_`)) return undefined;
  const start = prefix.length + 1;
  const end = id.indexOf("_", start);
  if (end <= start || end === id.length - 1) return undefined;
  try {
    return { provider: id.slice(start, end), id: decodeURIComponent(id.slice(end + 1)) };
  } catch {
    return undefined;
  }
}
