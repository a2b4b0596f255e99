import { accepted, acceptedSilently, isRefusalCode, refused, replied } from "./answers.ts";
import type { Applied, JournalEntry } from "./apply.ts";
import type { AddressFilter } from "./client-address.ts";
import type { Answer, Delivery, IncomingRequest, RawDelivery } from "./delivery.ts";
import { OffhookError, PayloadError, VerificationError } from "./errors.ts";
import { headerOf, journalHeaders, mediaTypeOf } from "./headers.ts";
import { identify, secretFieldsOf } from "./identity.ts";
import { answerQuestion, type InboundResponder } from "./inbound.ts";
import { journalEntry, type Journaled } from "./journal-entry.ts";
import type { Logger } from "./logger.ts";
import type { Provider, ProviderRoute, Translation, VendorReply } from "./provider.ts";
import type { UnverifiedLimit } from "./rate-limit.ts";
import { queryOf, redactQuery } from "./request-target.ts";
import { testHeader } from "./test-header.ts";
import { translate } from "./translate.ts";
import type { Verification } from "./verification.ts";
import { checkDelivery, type Refusal } from "./verify.ts";

/** What receiving needs from the Offhook it belongs to. */
export interface ReceiveContext {
  readonly tenantId: string;
  readonly now: () => number;
  readonly logger: Logger;
  readonly commit: (entry: JournalEntry) => Promise<Applied>;
  /** Writes down a refusal where there is room for it, and says whether there was; never throws. */
  readonly commitRejected: (entry: JournalEntry) => Promise<boolean>;
  readonly allowedAddresses: { readonly [provider: string]: AddressFilter };
  readonly isWithinLimit: UnverifiedLimit;
  readonly onInbound: InboundResponder | undefined;
  readonly inboundTimeoutMs: number;
}

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
    checkAddress(context, provider, request);
    checkMediaType(route, raw);
    raw = rawDelivery(request, await read(request, route), receivedAtMs);
    const verified = await checkDelivery(route.verification, raw, receivedAtMs);
    if ("refused" in verified) return await refuse(context, provider, route, request, raw, verified);
    const { translation, error } = translate(provider, route, verified);
    const hashed = identify(route, verified, saysSomething(translation));
    const identity = typeof hashed === "string" ? hashed : await hashed;
    const about = journaled(context, provider, route, raw, request);
    const entry = journalEntry({ ...about, identity, translation, error });
    if (error !== null) reportFailure(context, provider, entry.delivery);
    const [applied, reply] = await Promise.all([context.commit(entry), replyOf(context, provider, route, translation)]);
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

function checkAddress(
  { allowedAddresses }: ReceiveContext,
  { name }: Provider,
  { remoteAddress = "" }: IncomingRequest,
): void {
  const isAllowed = Object.hasOwn(allowedAddresses, name) ? allowedAddresses[name] : undefined;
  const verdict: unknown = isAllowed?.(remoteAddress);
  // Only true itself: a promise would pass for it.
  if (isAllowed === undefined || verdict === true) return;
  throw new VerificationError("address_not_allowed", "Address: expected one of the allowed ones, got another");
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

// respond ------------------------------------------------------------------------------------------------------

const saysSomething = (translation: Translation | undefined): boolean =>
  translation !== undefined && (translation.events.length > 0 || (translation.leads ?? []).length > 0);

function replyOf(
  context: ReceiveContext,
  provider: Provider,
  { fallbackReply }: ProviderRoute,
  translation: Translation | undefined,
): VendorReply | undefined | Promise<VendorReply | undefined> {
  if (translation === undefined) return fallbackReply;
  const { question, reply } = translation;
  if (question === undefined) return reply;
  const { onInbound: responder, inboundTimeoutMs: timeoutMs, logger } = context;
  return answerQuestion(provider.name, question, { responder, timeoutMs, logger, fallbackReply });
}

async function refuse(
  context: ReceiveContext,
  provider: Provider,
  route: ProviderRoute,
  request: IncomingRequest,
  raw: RawDelivery,
  { refused: code, message }: Refusal,
): Promise<Answer> {
  const isOurFault = ourFaults.has(code);
  // Only here: nothing that was verified is ever asked about. A failure of ours stays one, whoever provokes it.
  if (!mendable.has(code) && !(await context.isWithinLimit(request.remoteAddress))) {
    return refused(isOurFault ? code : "rate_limited");
  }
  const fields = { provider: provider.name, code, remoteAddress: request.remoteAddress ?? null };
  const log = (): void =>
    context.logger[isOurFault ? "error" : "warn"](fields, `[${provider.name}] delivery refused: ${message}`);
  if (code === "storage_unavailable") {
    log();
    return refused(code);
  }
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
  // What the journal has no room for would fill the log as well.
  if ((await context.commitRejected(entry)) || isOurFault) log();
  return refused(code);
}

/** What somebody has to mend before anything can be verified: each one is told. */
const mendable: ReadonlySet<string> = new Set(["storage_unavailable", "body_already_parsed"]);
const ourFaults: ReadonlySet<string> = new Set([...mendable, "internal_failure"]);

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
  return { refused: "internal_failure", message: `Unexpected ${error instanceof Error ? error.name : typeof error}` };
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
  return {
    tenantId: context.tenantId,
    provider: provider.name,
    route: route.kind,
    method: raw.method,
    url: redactQuery(raw.url, secretFieldsOf(route)),
    headers: journalHeaders(raw.headers, secretHeadersOf(route.verification)),
    body: raw.body,
    remoteAddress: request.remoteAddress ?? null,
    receivedAtMs: raw.receivedAtMs,
    test: headerOf(raw.headers, testHeader) === "true",
  };
}

function secretHeadersOf(verification: Verification): readonly string[] {
  if (verification.type === "hmac") return [verification.header];
  if (verification.type === "custom") return verification.secretHeaders ?? [];
  return verification.type === "shared-secret" && "header" in verification.in ? [verification.in.header] : [];
}
