import {
  OffhookError,
  queryOf,
  verifyDelivery,
  type HeaderRecord,
  type OffhookErrorCode,
  type Provider,
  type SignableRequest,
  type Verification,
} from "@offhook/core";

/** How the provider's main address proves its requests. */
export function verificationOf(provider: Provider): Verification {
  const [route] = provider.routes;
  if (route === undefined) throw new RangeError(`Provider "${provider.name}": expected a route, got none`);
  return route.verification;
}

/** Unlike what is signed, what arrives may have lost its signature. */
export type ReceivedRequest = Omit<SignableRequest, "headers"> & { readonly headers: HeaderRecord };

/** What core decides about a request: accepted, or the code of the refusal. Any other failure is thrown. */
export async function verdictOn(
  verification: Verification,
  { method, url, headers, body }: ReceivedRequest,
  nowMs: number = Date.now(),
): Promise<"accepted" | OffhookErrorCode> {
  try {
    const delivery = { method, url, query: queryOf(url), headers, body, receivedAtMs: nowMs };
    await verifyDelivery(verification, delivery, { nowMs });
    return "accepted";
  } catch (error) {
    if (error instanceof OffhookError) return error.code;
    throw error;
  }
}
