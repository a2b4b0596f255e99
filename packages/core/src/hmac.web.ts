import type { HashName, HmacKey, HmacKeyFactory, MessagePart, Sha256, SignatureEncoding } from "./hmac.ts";

const encoder = new TextEncoder();
const algorithms: Record<HashName, string> = { sha1: "SHA-1", sha256: "SHA-256" };

const toBytes = (part: MessagePart): Uint8Array<ArrayBuffer> =>
  // A view on shared memory cannot be given to WebCrypto; every body that reaches us is an ordinary buffer.
  typeof part === "string" ? encoder.encode(part) : (part as Uint8Array<ArrayBuffer>);

function join(first: MessagePart, second: MessagePart | undefined): Uint8Array<ArrayBuffer> {
  const head = toBytes(first);
  if (second === undefined) return head;
  const tail = toBytes(second);
  const joined = new Uint8Array(head.length + tail.length);
  joined.set(head);
  joined.set(tail, head.length);
  return joined;
}

function encode(digest: ArrayBuffer, encoding: SignatureEncoding): string {
  const bytes = new Uint8Array(digest);
  if (encoding === "base64") return btoa(String.fromCharCode(...bytes));
  let hex = "";
  for (const byte of bytes) hex += (byte < 16 ? "0" : "") + byte.toString(16);
  return hex;
}

const importKey = (hash: HashName, secret: string) =>
  crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: algorithms[hash] }, false, ["sign"]);

/** HMAC on WebCrypto, for runtimes without `node:crypto`. The key is imported once. */
export const createHmacKey: HmacKeyFactory = (hash, secret): HmacKey => {
  let imported: ReturnType<typeof importKey> | undefined;
  return {
    async digest(encoding, first, second) {
      imported ??= importKey(hash, secret);
      return encode(await crypto.subtle.sign("HMAC", await imported, join(first, second)), encoding);
    },
  };
};

/** SHA-256 in lower-case hex. */
export const sha256Hex: Sha256 = async (first, second) =>
  encode(await crypto.subtle.digest("SHA-256", join(first, second)), "hex");
