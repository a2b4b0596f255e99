import { createHash, createHmac, createSecretKey } from "node:crypto";
import type { HmacKey, HmacKeyFactory, Sha256 } from "./hmac.ts";

/**
 * HMAC on `node:crypto`. The key is a KeyObject made once: a Buffer key costs five times as much per call,
 * and WebCrypto ten times.
 */
export const createHmacKey: HmacKeyFactory = (hash, secret): HmacKey => {
  const key = createSecretKey(secret, "utf8");
  return {
    digest(encoding, first, second) {
      const hmac = createHmac(hash, key).update(first);
      if (second !== undefined) hmac.update(second);
      return hmac.digest(encoding);
    },
  };
};

/** SHA-256 in lower-case hex. */
export const sha256Hex: Sha256 = (first, second) => {
  const hash = createHash("sha256").update(first);
  if (second !== undefined) hash.update(second);
  return hash.digest("hex");
};
