import { createHmacKey, sha256Hex } from "#hmac";
import type { FormFields, HeaderRecord, RawDelivery, VerifiedDelivery } from "./delivery.ts";
import { VerificationError, type RefusalCode } from "./errors.ts";
import type { HmacKey } from "./hmac.ts";
import { requireSecrets } from "./secrets.ts";
import { composeMessage } from "./signed-message.ts";
import type {
  HmacVerification,
  SharedSecretVerification,
  SignatureFormat,
  SignedMessage,
  Verification,
} from "./verification.ts";

export interface VerifyOptions {
  /** The time to judge freshness by. Milliseconds since 1970; default: now. */
  readonly nowMs?: number;
}

/** Why a delivery is not taken as genuine. */
export interface Refusal {
  readonly refused: RefusalCode;
  /** For the developer; without secrets. */
  readonly message: string;
}

/**
 * Checks that a delivery is genuine, and gives it back as verified.
 *
 * @throws VerificationError `signature_missing`, `signature_malformed`, `signature_mismatch` or
 * `timestamp_out_of_range`.
 */
export async function verifyDelivery(
  verification: Verification,
  delivery: RawDelivery,
  options: VerifyOptions = {},
): Promise<VerifiedDelivery> {
  const checked = await checkDelivery(verification, delivery, options.nowMs ?? Date.now());
  if ("refused" in checked) throw new VerificationError(checked.refused, checked.message);
  return checked;
}

/**
 * The one place where it is decided whether a delivery is genuine; whatever is not shown to be is refused. A refusal
 * is a value here, because an Error with its stack costs more than the check, and forgeries shall not be dearer
 * than genuine requests.
 */
export async function checkDelivery(
  verification: Verification,
  delivery: RawDelivery,
  nowMs: number,
): Promise<VerifiedDelivery | Refusal> {
  let form: FormFields | undefined;
  let signed: SignedMessage | undefined;
  switch (verification.type) {
    case "hmac": {
      const checked = await checkHmac(verification, delivery, nowMs);
      if ("refused" in checked) return checked;
      ({ form, signed } = checked);
      break;
    }
    case "shared-secret": {
      const refusal = await checkSharedSecret(verification, delivery);
      if (refusal !== undefined) return refusal;
      break;
    }
    case "custom": {
      // A provider without types may return false instead of throwing.
      const result: unknown = await verification.verify(delivery, { nowMs });
      if (result !== undefined)
        return refusal("signature_mismatch", "Custom verification: expected nothing, got a value");
      break;
    }
    case "none":
      break;
    default:
      return refusal("signature_mismatch", "Verification: expected a known type, got another");
  }
  const { method, url, query, headers, body, receivedAtMs } = delivery;
  // The one place that may claim this.
  return { method, url, query, headers, body, receivedAtMs, form, signed } as unknown as VerifiedDelivery;
}

// HMAC ---------------------------------------------------------------------------------------------------------

const hmacKeys = new WeakMap<HmacVerification, readonly HmacKey[]>();

/** Keys are prepared once for each declaration. */
export function hmacKeysOf(verification: HmacVerification): readonly HmacKey[] {
  let keys = hmacKeys.get(verification);
  if (keys === undefined) {
    const secrets = requireSecrets(`Verification by header "${verification.header}"`, verification.secrets);
    keys = secrets.map((secret) => createHmacKey(verification.hash, secret));
    hmacKeys.set(verification, keys);
  }
  return keys;
}

async function checkHmac(
  verification: HmacVerification,
  delivery: RawDelivery,
  nowMs: number,
): Promise<Pick<VerifiedDelivery, "form" | "signed"> | Refusal> {
  const { header, encoding, hash, message, freshness } = verification;
  const value = singleHeader(delivery.headers, header);
  if (typeof value !== "string") return value;
  const stated = readSignature(verification.format, value);
  if (stated === undefined) return malformed(header);
  const shape = digestShapes[encoding][hash];
  const signatures = stated.signatures.filter((signature) => shape.test(signature));
  if (signatures.length === 0) return malformed(header);
  if (freshness !== undefined) {
    const ageMs = nowMs - Number(stated.timestamp) * (freshness.unit === "seconds" ? 1000 : 1);
    // Written so that a time that is not a number is refused.
    if (!(ageMs <= freshness.pastMs && -ageMs <= freshness.futureMs)) {
      return refusal(
        "timestamp_out_of_range",
        `Signed time: expected at most ${freshness.pastMs} ms ago and ${freshness.futureMs} ms ahead, got ${describeAge(ageMs)}: check the clock of this machine`,
      );
    }
  }

  let messages: readonly SignedMessage[];
  let form: FormFields | undefined;
  if ("candidates" in message) {
    const found = message.candidates(delivery);
    const candidates = found instanceof Promise ? await found : found;
    messages = candidates.messages;
    form = candidates.form;
  } else {
    messages = [composeMessage(message, delivery.body, stated.timestamp)];
  }

  for (const key of hmacKeysOf(verification)) {
    for (const signed of messages) {
      const digest = key.digest(encoding, signed[0], signed[1]);
      const expected = typeof digest === "string" ? digest : await digest;
      for (const signature of signatures) {
        if (!equalInConstantTime(expected, encoding === "hex" ? signature.toLowerCase() : signature)) continue;
        // The time of signing is no part of the content: a repetition is signed anew.
        return { form, signed: "candidates" in message ? signed : [delivery.body] };
      }
    }
  }
  return refusal(
    "signature_mismatch",
    `Header "${header}": the signature does not fit the request: check the secret, the public URL where the vendor signs it, and that the body reaches Offhook unchanged`,
  );
}

/** What a digest looks like when written down. */
const digestShapes = {
  hex: { sha1: /^[0-9a-f]{40}$/i, sha256: /^[0-9a-f]{64}$/i },
  base64: { sha1: /^[A-Za-z0-9+/]{27}=$/, sha256: /^[A-Za-z0-9+/]{43}=$/ },
} as const;

interface StatedSignature {
  /** Decimal digits as they stood in the header; empty where the format has no time. */
  readonly timestamp: string;
  readonly signatures: readonly string[];
}

const decimalTime = /^\d{1,16}$/;

/** Undefined for a header that is not in the format. */
function readSignature(format: SignatureFormat, value: string): StatedSignature | undefined {
  if (format.type === "plain") {
    const prefix = format.optionalPrefix;
    const signature = prefix !== undefined && value.startsWith(prefix) ? value.slice(prefix.length) : value;
    return { timestamp: "", signatures: [signature] };
  }
  let timestamp: string | undefined;
  const signatures: string[] = [];
  const fields = value.split(",");
  for (const field of fields) {
    const text = format.strict === true ? field : field.trim();
    const equals = text.indexOf("=");
    const name = text.slice(0, equals);
    if (name === format.timestamp) {
      // A second time would leave open which one was signed.
      if (timestamp !== undefined) return undefined;
      timestamp = text.slice(equals + 1);
    } else if (name === format.signature) {
      if (format.strict === true && timestamp === undefined) return undefined;
      signatures.push(text.slice(equals + 1));
    } else if (format.strict === true) {
      return undefined;
    }
  }
  if (timestamp === undefined || !decimalTime.test(timestamp)) return undefined;
  if (format.strict === true && fields.length !== 2) return undefined;
  return { timestamp, signatures };
}

// Shared secret ------------------------------------------------------------------------------------------------

const secretHashes = new WeakMap<SharedSecretVerification, readonly string[]>();

async function checkSharedSecret(
  verification: SharedSecretVerification,
  delivery: RawDelivery,
): Promise<Refusal | undefined> {
  const { in: place } = verification;
  const stated =
    "header" in place ? singleHeader(delivery.headers, place.header) : singleQueryField(delivery.query, place.query);
  if (typeof stated !== "string") return stated;
  let expected = secretHashes.get(verification);
  if (expected === undefined) {
    const name = "header" in place ? `header "${place.header}"` : `query field "${place.query}"`;
    const secrets = requireSecrets(`Verification by ${name}`, verification.secrets);
    expected = await Promise.all(secrets.map(async (secret) => sha256Hex(secret)));
    secretHashes.set(verification, expected);
  }
  // Hashes have one length, so that comparing them tells nothing of the secret's.
  const hashed = sha256Hex(stated);
  const actual = typeof hashed === "string" ? hashed : await hashed;
  let matches = false;
  for (const hash of expected) if (equalInConstantTime(hash, actual)) matches = true;
  return matches ? undefined : refusal("signature_mismatch", "Shared secret: expected the configured one, got another");
}

function singleQueryField(query: string, name: string): string | Refusal {
  const values = new URLSearchParams(query).getAll(name);
  const [value] = values;
  if (value === undefined || value === "") {
    return refusal("signature_missing", `Query field "${name}": expected the shared secret, got none`);
  }
  return values.length === 1
    ? value
    : refusal("signature_malformed", `Query field "${name}": expected one value, got ${values.length}`);
}

// Used by both -------------------------------------------------------------------------------------------------

const refusal = (refused: RefusalCode, message: string): Refusal => ({ refused, message });

function singleHeader(headers: HeaderRecord, name: string): string | Refusal {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  if (value === undefined || value.length === 0) {
    return refusal("signature_missing", `Header "${name}": expected a signature, got none`);
  }
  if (typeof value === "string") return value;
  const [only] = value;
  return value.length > 1 || only === undefined ? malformed(name) : only;
}

const malformed = (header: string): Refusal =>
  refusal(
    "signature_malformed",
    `Header "${header}": expected one signature in the vendor's format, got something else`,
  );

const describeAge = (ageMs: number): string => (ageMs >= 0 ? `${ageMs} ms ago` : `${-ageMs} ms ahead`);

function equalInConstantTime(left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let index = 0; index < left.length; index += 1) difference |= left.charCodeAt(index) ^ right.charCodeAt(index);
  return difference === 0;
}
