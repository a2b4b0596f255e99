/** The contract of the one HMAC primitive, which `#hmac` resolves to `node:crypto` or to WebCrypto. */

export type HashName = "sha1" | "sha256";
export type SignatureEncoding = "hex" | "base64";
/** Text is taken as UTF-8. */
export type MessagePart = string | Uint8Array;

/** A secret prepared for signing. */
export interface HmacKey {
  /** The HMAC of the parts, one after the other, in the encoding; at once on Node, as a promise elsewhere. */
  digest(encoding: SignatureEncoding, first: MessagePart, second?: MessagePart): string | Promise<string>;
}

export type HmacKeyFactory = (hash: HashName, secret: string) => HmacKey;
export type Sha256 = (first: MessagePart, second?: MessagePart) => string | Promise<string>;
