import { formToRecord, isRecord, parseForm, parseJson, PayloadError, type VerifiedDelivery } from "@offhook/core";
import type { FieldRecord } from "./fields.ts";

/** What one call or lead was told by, in layers: an earlier one has the say. */
export type ConvosoRecord = readonly FieldRecord[];

export interface PayloadOptions {
  /** Whether the verification covers the query, so that it may be believed. */
  readonly trustsQuery: boolean;
  /** The query field that holds the secret; not a fact. */
  readonly secretField: string | undefined;
}

/** More records or fields than a workflow ever sends. */
const maxRecords = 500;
const maxFields = 2000;

const decoder = new TextDecoder();

/**
 * Reads a request in any of the writings that Convoso and relays use: a form ("RAW"), JSON under any content type,
 * JSON as the only key of a form, either of them inside `params`, a list, or a query.
 *
 * @throws PayloadError `payload_invalid` for bytes that are none of them.
 */
export function readPayload(delivery: VerifiedDelivery, options: PayloadOptions): readonly ConvosoRecord[] {
  if (!options.trustsQuery && delivery.query !== "") {
    // A signed request that is sent again with another query would pass for a new one.
    throw new PayloadError(
      "payload_invalid",
      "Query: expected none, because the HMAC covers the body alone: send everything by POST, or verify by a token",
    );
  }
  const query = readQuery(delivery.query, options.secretField);
  if (delivery.method === "GET") return query === undefined ? [] : unwrap(query);
  const records = readText(decoder.decode(delivery.body).trim());
  return query === undefined ? records : records.map((record) => [...record, query]);
}

function readQuery(query: string, secretField: string | undefined): FieldRecord | undefined {
  if (query === "") return undefined;
  const record = formToRecord(parseForm(query));
  if (secretField !== undefined) delete record[secretField];
  return record;
}

function readText(text: string): ConvosoRecord[] {
  if (text === "") return [[]];
  if (looksLikeJson(text)) return readDocument(parseJson(withoutEmptyValue(text)), unwrap);
  const form = formToRecord(parseForm(text));
  const names = Object.keys(form);
  const [only = ""] = names;
  if (names.length === 1 && looksLikeJson(only)) {
    // A form parser cuts JSON at its first "=".
    return readDocument(parseJson(form[only] === "" ? only : `${only}=${form[only]}`), unwrap);
  }
  return unwrap(form);
}

const looksLikeJson = (text: string): boolean => text.startsWith("{") || text.startsWith("[");

/** JSON written as a form's key may be followed by the "=" of its empty value. */
const withoutEmptyValue = (text: string): string => (text.endsWith("=") ? text.slice(0, -1) : text);

function readDocument(json: unknown, toRecords: (fields: FieldRecord) => ConvosoRecord[]): ConvosoRecord[] {
  if (!Array.isArray(json)) return toRecords(checkFields(json));
  if (json.length > maxRecords) {
    throw new PayloadError("payload_invalid", `JSON: expected at most ${maxRecords} records, got ${json.length}`);
  }
  return json.flatMap((item) => toRecords(checkFields(item)));
}

/** The names are the customer's, so that only the frame can be checked. */
function checkFields(json: unknown): FieldRecord {
  if (!isRecord(json)) {
    throw new PayloadError("payload_invalid", "JSON: expected an object or a list of objects, got something else");
  }
  if (Object.keys(json).length > maxFields) {
    throw new PayloadError("payload_invalid", `JSON: expected at most ${maxFields} fields, got more`);
  }
  return json;
}

/** The record itself, or what stands in its `params`: JSON, a query, an object or a list. */
function unwrap(record: FieldRecord): ConvosoRecord[] {
  const params = Object.hasOwn(record, "params") ? record["params"] : undefined;
  if (params === undefined || params === null || params === "") return [[record]];
  return readParams(params).map((inner) => [...inner, record]);
}

function readParams(params: unknown): ConvosoRecord[] {
  if (typeof params !== "string") return readDocument(params, (fields) => [[fields]]);
  const text = params.trim();
  // One level only: nobody sends params in params, and depth is the sender's to choose.
  return looksLikeJson(text)
    ? readDocument(parseJson(text), (fields) => [[fields]])
    : [[formToRecord(parseForm(text))]];
}
