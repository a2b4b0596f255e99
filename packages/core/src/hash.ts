import * as platform from "#hmac";
import type { HmacKeyFactory, Sha256 } from "./hmac.ts";

/** Prepares a secret for signing, for verifications of one's own. */
export const createHmacKey: HmacKeyFactory = platform.createHmacKey;

/** SHA-256 of the parts, one after the other, in lower-case hex; at once on Node, as a promise elsewhere. */
export const sha256Hex: Sha256 = platform.sha256Hex;
