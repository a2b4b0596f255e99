import { sha256Hex } from "#hmac";
import type { VerifiedDelivery } from "./delivery.ts";
import type { MessagePart } from "./hmac.ts";
import type { ProviderRoute } from "./provider.ts";
import { redactQuery } from "./request-target.ts";

/**
 * What makes two deliveries the same, as SHA-256 in hex: the address's kind and what was signed. Not how that was
 * written down, when it was signed or what stands in an unsigned query, so that nobody can make a captured request
 * count again. At once on Node, as a promise elsewhere.
 *
 * @param mapped whether it says something. A request that was captured and written so that it says nothing must not
 * take the place of the genuine one.
 */
export function identify(route: ProviderRoute, delivery: VerifiedDelivery, mapped: boolean): string | Promise<string> {
  const scope = `${route.kind}\n${mapped ? "mapped" : "kept"}\n`;
  const [first, second] = delivery.signed ?? [unsignedContent(route, delivery), delivery.body];
  if (typeof first === "string") return sha256Hex(scope + first, second);
  return second === undefined ? sha256Hex(scope, first) : hashInTwoSteps(scope, first, second);
}

async function hashInTwoSteps(scope: string, first: MessagePart, second: MessagePart): Promise<string> {
  return sha256Hex(scope + (await sha256Hex(first)), second);
}

/** What counts beside the body where Offhook does not know what was signed. */
function unsignedContent(route: ProviderRoute, { query, body }: VerifiedDelivery): string {
  // Unless the check says that it covers it, the query is anybody's.
  if (route.verification.type === "custom" && route.verification.coversQuery !== true && body.length > 0) return "";
  return `${redactQuery(`?${query}`, secretFieldsOf(route))}\n`;
}

/** Query fields that hold secrets, which are neither kept nor part of the content. */
export function secretFieldsOf({ verification, secretQueryFields = [] }: ProviderRoute): readonly string[] {
  return verification.type === "shared-secret" && "query" in verification.in
    ? [verification.in.query, ...secretQueryFields]
    : secretQueryFields;
}
