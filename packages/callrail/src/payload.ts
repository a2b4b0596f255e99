import {
  formToRecord,
  headerOf,
  mediaTypeOf,
  parseForm,
  parseJson,
  PayloadError,
  type VerifiedDelivery,
} from "@offhook/core";
import {
  readCallFields,
  readConvertAssist,
  readVoiceAssist,
  type CallFields,
  type ConvertAssistFields,
  type VoiceAssistFields,
} from "./call-fields.ts";
import { guessCallKind, isCallKind, looksLikeCall, otherKindOf, type CallKind, type Fields } from "./kinds.ts";

/** A request from CallRail. */
export type CallRailPayload =
  | {
      readonly kind: CallKind;
      /** True when the address did not say the kind. */
      readonly guessed: boolean;
      /** The id by which the call is known. */
      readonly callId: string;
      readonly fields: CallFields;
    }
  | { readonly kind: "analysis.ready"; readonly fields: ConvertAssistFields }
  | { readonly kind: "voice-assist-answered"; readonly fields: VoiceAssistFields }
  | { readonly kind: "message.received" | "message.sent" | "form.submitted" | "unknown" };

/**
 * @param routeKind what the address is for; empty for the address that takes every kind.
 * @throws PayloadError `payload_invalid` for a body that is neither an object nor a form, and for a call without an id.
 */
export function readPayload(delivery: VerifiedDelivery, routeKind: string): CallRailPayload {
  const fields = readFields(delivery);
  const otherKind = otherKindOf(fields, routeKind);
  switch (otherKind) {
    case "analysis.ready":
      return { kind: otherKind, fields: readConvertAssist(fields) };
    case "voice-assist-answered":
      return { kind: otherKind, fields: readVoiceAssist(fields) };
    case "message.received":
    case "message.sent":
    case "form.submitted":
      return { kind: otherKind };
    case undefined:
      return readCall(fields, routeKind, delivery.receivedAtMs);
  }
}

function readCall(fields: FreshFields, routeKind: string, deliveredAtMs: number): CallRailPayload {
  const callId = callIdIn(fields);
  if (isCallKind(routeKind)) {
    if (callId === undefined)
      throw new PayloadError("payload_invalid", "CallRail call: expected a call's id, got none");
    return { kind: routeKind, guessed: false, callId, fields: readCallFields(fields) };
  }
  if (callId === undefined || !looksLikeCall(fields)) return { kind: "unknown" };
  const call = readCallFields(fields);
  return { kind: guessCallKind(call, deliveredAtMs), guessed: true, callId, fields: call };
}

/** Ids of texts (`SCI…`), people and companies have the shape of a call's. */
const idOfAnotherThing = /^(?!CAL)[A-Z]{3}[0-9a-f]{32}$/;

/** `CAL…`, or the number that older payloads have instead. */
function callIdIn({ resource_id: resourceId, id }: Fields): string | undefined {
  const named = typeof resourceId === "string" && resourceId !== "" ? resourceId : id;
  if (typeof named === "number") return Number.isSafeInteger(named) && named > 0 ? String(named) : undefined;
  return typeof named === "string" && named !== "" && !idOfAnotherThing.test(named) ? named : undefined;
}

/** Fields that were just parsed and that nobody else holds. */
type FreshFields = { [name: string]: unknown };

/** The documentation shows JSON; some accounts are sent forms, so the body has the last word. */
function readFields({ body, headers }: VerifiedDelivery): FreshFields {
  const first = firstByte(body);
  if (first === undefined) throw new PayloadError("payload_invalid", "Body: expected JSON or a form, got nothing");
  if (first !== openingBrace && mediaTypeOf(headerOf(headers, "content-type") ?? "") !== "application/json") {
    return formToRecord(parseForm(body));
  }
  const json = parseJson(body);
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    throw new PayloadError("payload_invalid", "CallRail JSON: expected an object, got another value");
  }
  return json as FreshFields;
}

const openingBrace = 0x7b;

/** The first byte that is neither white space nor part of a byte order mark. */
function firstByte(body: Uint8Array): number | undefined {
  return body.find((byte) => byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf);
}
