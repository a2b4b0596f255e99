import { createHmac, timingSafeEqual } from "node:crypto";
import { secret } from "./receivers.ts";

/** What a bare handler answers: as long as Offhook's own answer. */
export const accepted = '{"success":true,"id":"dlv_00000000000000000000000000","duplicate":false}';
export const jsonType = "application/json; charset=utf-8";

/** The check that a careful person would paste into a handler. */
export function isGenuine(stated: string | string[] | null | undefined, body: Uint8Array): boolean {
  const expected = createHmac("sha256", secret).update(body).digest();
  const actual = Buffer.from(String(stated), "hex");
  return actual.length === expected.length && timingSafeEqual(actual, expected);
}
