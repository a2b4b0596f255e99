import { sha256Hex } from "#hmac";
import { accepted, acceptedSilently, isRefusalCode, refused, replied } from "./answers.ts";
import type { Applied, JournalEntry } from "./apply.ts";
import type { Delivery, DeliveryError, IncomingRequest, RawDelivery, VerifiedDelivery, Answer } from "./delivery.ts";
import { OffhookError, PayloadError, VerificationError } from "./errors.ts";
import { headerOf, journalHeaders, mediaTypeOf } from "./headers.ts";
import { answerQuestion, type InboundResponder } from "./inbound.ts";
import { journalEntry, type Journaled } from "./journal-entry.ts";
import type { Logger } from "./logger.ts";
import type { Provider, ProviderRoute, Translation, VendorReply } from "./provider.ts";
import { queryOf, redactQuery } from "./request-target.ts";
import { checkDelivery, type Refusal } from "./verify.ts";

/** What receiving needs from the Offhook it belongs to. */
export interface ReceiveContext {
  readonly tenantId: string;
  readonly now: () => number;
  readonly logger: Logger;
  readonly commit: (entry: JournalEntry) => Promise<Applied>;
  readonly onInbound: InboundResponder | undefined;
  readonly inboundTimeoutMs: number;
}

/** Set to `true` by the simulator and by your own tests, so that their calls can be told from real ones. */
const testHeader = "offhook-test";
const defaultMaxBodyBytes = 1024 * 1024;
/** Bytes kept of a request that was refused: enough to see what it was. */
const keptOfRejected = 16 * 1024;

/**
 * The life of a delivery: read, verify, journal, translate, apply, respond. A 2xx is answered only after the commit.
 * Never throws: every failure is an answer with a stable code.
 */
export async function receive(
  context: ReceiveContext,
  provider: Provider,
  route: ProviderRoute,
  request: IncomingRequest,
): Promise<Answer> {
  const receivedAtMs = context.now();
  let raw: RawDelivery = rawDelivery(request, new Uint8Array(), receivedAtMs);
  try {
    checkMediaType(route, raw);
    raw = rawDelivery(request, await read(request, route), receivedAtMs);
    const verified = await checkDelivery(route.verification, raw, receivedAtMs);
    if ("refused" in verified) return await refuse(context, provider, route, request, raw, verified);
    const identity = await identify(route, verified);
    const meaning = translate(provider, route, verified);
    const entry = journalEntry({ ...journaled(context, provider, route, raw, request), identity, ...meaning });
    if (meaning.error !== null) reportFailure(context, provider, entry.delivery);
    const [applied, reply] = await Promise.all([
      context.commit(entry),
      meaning.translation === undefined ? route.fallbackReply : replyOf(context, provider, meaning.translation),
    ]);
    if (reply !== undefined) return replied(reply);
    return route.acknowledgement === 204 ? acceptedSilently : accepted(applied.deliveryId, applied.duplicate);
  } catch (error) {
    return refuse(context, provider, route, request, raw, refusalOf(error));
  }
}

// read ---------------------------------------------------------------------------------------------------------

function rawDelivery(request: IncomingRequest, body: Uint8Array, receivedAtMs: number): RawDelivery {
  const { method, url, headers } = request;
  return { method, url, query: queryOf(url), headers, body, receivedAtMs };
}

function checkMediaType(route: ProviderRoute, { headers, method }: RawDelivery): void {
  const encoding = headerOf(headers, "content-encoding");
  if (encoding !== undefined && encoding !== "" && encoding.toLowerCase() !== "identity") {
    // Vendors sign what they send and send it plain; unpacking would change the signed bytes.
    throw new PayloadError("unsupported_media_type", "Content-Encoding: expected none, got a compressed body");
  }
  if (method === "GET" || route.contentTypes.length === 0) return;
  const contentType = headerOf(headers, "content-type");
  if (contentType === undefined || contentType === "") return;
  if (!route.contentTypes.includes(mediaTypeOf(contentType))) {
    throw new PayloadError("unsupported_media_type", `Content-Type: expected ${route.contentTypes.join(" or ")}`);
  }
}

async function read({ body }: IncomingRequest, route: ProviderRoute): Promise<Uint8Array> {
  const maxBytes = route.maxBodyBytes ?? defaultMaxBodyBytes;
  if (typeof body === "function") return body(maxBytes);
  if (body.length > maxBytes) {
    throw new PayloadError("body_too_large", `Body: expected at most ${maxBytes} bytes, got ${body.length}`);
  }
  return body;
}

/**
 * What makes two deliveries the same: what was signed, and not how it was written down, when it was signed or to which
 * address it went, so that nobody can make a captured request count again. Where nothing is signed: address, query
 * and body.
 */
async function identify(route: ProviderRoute, { signed, query, body }: VerifiedDelivery): Promise<string> {
  const [first, second] = signed ?? [`${route.kind}\n${query}\n`, body];
  const identity = sha256Hex(first, second);
  return typeof identity === "string" ? identity : await identity;
}

// translate ----------------------------------------------------------------------------------------------------

interface Meaning {
  readonly translation: Translation | undefined;
  readonly error: DeliveryError | null;
}

/** A genuine delivery that cannot be read is kept as failed, so that it can be replayed once the mapper is mended. */
function translate(provider: Provider, route: ProviderRoute, delivery: VerifiedDelivery): Meaning {
  try {
    return { translation: route.translate(delivery), error: null };
  } catch (error) {
    if (error instanceof PayloadError) {
      // Without a signature there is no telling a vendor's new format from garbage.
      if (route.verification.type === "none") throw error;
      return { translation: undefined, error: { code: error.code, message: error.message } };
    }
    return {
      translation: undefined,
      error: { code: "mapper_failed", message: `The mapper of ${provider.name} threw: ${nameOf(error)}` },
    };
  }
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : typeof error);

// respond ------------------------------------------------------------------------------------------------------

function replyOf(
  context: ReceiveContext,
  provider: Provider,
  { question, reply }: Translation,
): VendorReply | undefined | Promise<VendorReply> {
  if (question === undefined) return reply;
  const { onInbound: responder, inboundTimeoutMs: timeoutMs, logger } = context;
  return answerQuestion(provider.name, question, { responder, timeoutMs, logger });
}

async function refuse(
  context: ReceiveContext,
  provider: Provider,
  route: ProviderRoute,
  request: IncomingRequest,
  raw: RawDelivery,
  { refused: code, message }: Refusal,
): Promise<Answer> {
  const fields = { provider: provider.name, code, remoteAddress: request.remoteAddress ?? null };
  const ourFault = code === "storage_unavailable" || code === "body_already_parsed";
  context.logger[ourFault ? "error" : "warn"](fields, `[${provider.name}] delivery refused: ${message}`);
  if (code === "storage_unavailable") return refused(code);
  // A copy: a view would keep the whole request in memory.
  const kept = { ...raw, body: new Uint8Array(raw.body.subarray(0, keptOfRejected)) };
  const entry = journalEntry({
    ...journaled(context, provider, route, kept, request),
    bodyBytes: raw.body.length > 0 ? raw.body.length : statedLength(raw),
    identity: null,
    translation: undefined,
    error: { code, message },
    rejected: true,
  });
  // The refusal stands whether or not it can be written down.
  await context.commit(entry).catch((cause: unknown) => {
    context.logger.error({ ...fields, error: nameOf(cause) }, `[${provider.name}] refusal not journaled`);
  });
  return refused(code);
}

/** The size that an unread body claims to have. */
function statedLength({ headers }: RawDelivery): number {
  const length = Number(headerOf(headers, "content-length") ?? 0);
  return Number.isSafeInteger(length) && length > 0 ? length : 0;
}

/** What is not a refusal of its own is a failure on our side: the sender should try again. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof OffhookError && isRefusalCode(error.code))
    return { refused: error.code, message: error.message };
  // A custom verification that throws in words of its own has not shown that the delivery is genuine.
  if (error instanceof VerificationError) return { refused: "signature_mismatch", message: error.message };
  return { refused: "storage_unavailable", message: `Unexpected failure: ${nameOf(error)}` };
}

function reportFailure({ logger }: ReceiveContext, provider: Provider, { id, error }: Delivery): void {
  const fields = { provider: provider.name, deliveryId: id, code: error?.code };
  logger.error(fields, `[${provider.name}] delivery kept as failed: ${error?.message ?? ""}`);
}

function journaled(
  context: ReceiveContext,
  provider: Provider,
  route: ProviderRoute,
  raw: RawDelivery,
  request: IncomingRequest,
): Omit<Journaled, "identity" | "translation" | "error"> {
  const { verification } = route;
  const place = verification.type === "hmac" ? verification.header : undefined;
  return {
    tenantId: context.tenantId,
    provider: provider.name,
    route: route.kind,
    method: raw.method,
    url: redactQuery(raw.url, route.secretQueryFields ?? []),
    headers: journalHeaders(
      raw.headers,
      place ??
        (verification.type === "shared-secret" && "header" in verification.in ? verification.in.header : undefined),
    ),
    body: raw.body,
    remoteAddress: request.remoteAddress ?? null,
    receivedAtMs: raw.receivedAtMs,
    test: headerOf(raw.headers, testHeader) === "true",
  };
}
