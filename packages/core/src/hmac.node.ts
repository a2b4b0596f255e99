import * as crypto from "node:crypto";
import type { HmacKey, HmacKeyFactory, Sha256 } from "./hmac.ts";

/**
 * HMAC on `node:crypto`. The key is a KeyObject made once: a Buffer key costs five times as much per call,
 * and WebCrypto ten times.
 */
export const createHmacKey: HmacKeyFactory = (hash, secret): HmacKey => {
  const key = crypto.createSecretKey(secret, "utf8");
  return {
    digest(encoding, first, second) {
      const hmac = crypto.createHmac(hash, key).update(first);
      if (second !== undefined) hmac.update(second);
      return hmac.digest(encoding);
    },
  };
};

// Its declarations say that it is always there.
const oneShot = (crypto as Partial<Pick<typeof crypto, "hash">>).hash;

/** SHA-256 in lower-case hex. */
export const sha256Hex: Sha256 = (first, second) => {
  // In one call, for half the price, where the platform has it: Bun and Deno have not always had.
  if (second === undefined && oneShot !== undefined) return oneShot("sha256", first, "hex");
  const hash = crypto.createHash("sha256").update(first);
  if (second !== undefined) hash.update(second);
  return hash.digest("hex");
};
