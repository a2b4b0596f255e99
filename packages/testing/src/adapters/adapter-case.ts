import type { HmacVerification } from "@offhook/core";
import { signRequest } from "@offhook/core";
import { assertEqual, assertThat } from "../conformance-assert.ts";
import { byBody, type SubjectState } from "./subject.ts";
import { exchange, type WireRequest, type WireResponse } from "./wire.ts";

/** An app on real HTTP that serves the subject's Offhook through the adapter. */
export interface AdapterTarget {
  /** On 127.0.0.1. */
  readonly port: number;
  /** `state()` of the subject behind it. */
  readonly state: () => Promise<SubjectState>;
  readonly close: () => Promise<void>;
}

/** What a server cannot be asked for, because of what stands before the adapter. */
export type AdapterNeed =
  /** Says who opened the connection. */
  | "peer"
  /** Tells the app that a sender has broken off. */
  | "abort"
  /** Leaves the request target as it stood on the wire. */
  | "raw-target";

/** One sentence of what an adapter does. */
export interface AdapterCase {
  readonly title: string;
  readonly needs?: readonly AdapterNeed[];
  /** Rejects when the adapter does not keep to it. */
  run(target: AdapterTarget): Promise<void>;
}

export const subjectPath = "/api/webhooks/subject";

/** A request to the subject, by default a genuine one with a body of JSON that no parser would write again. */
export interface Outgoing {
  readonly method?: string;
  readonly target?: string;
  readonly headers?: WireRequest["headers"];
  readonly body?: Uint8Array | string;
  readonly chunks?: readonly number[];
  readonly verification?: HmacVerification;
  /** Default now. Milliseconds since 1970. */
  readonly signedAtMs?: number;
}

let made = 0;
/** Another one each time, because equal deliveries are duplicates. */
const json = (): string => `{ "call": "c${(made += 1)}",  "note": "caf\u00e9", "n": 1.0 }`;

export async function genuine(outgoing: Outgoing = {}): Promise<WireRequest> {
  const plain = unsigned(outgoing);
  const { method, target: url, body } = plain;
  const { verification = byBody, signedAtMs: nowMs = Date.now() } = outgoing;
  const signed = await signRequest(verification, { method, url, headers: {}, body }, { nowMs });
  return { ...plain, headers: [...plain.headers, ...Object.entries(signed.headers)] };
}

export function unsigned({ method = "POST", target = subjectPath, headers, body, chunks }: Outgoing = {}): WireRequest {
  return {
    method,
    target,
    headers: headers ?? (method === "GET" ? [] : [["content-type", "application/json"]]),
    body: Buffer.from(body ?? (method === "GET" ? "" : json())),
    ...(chunks === undefined ? {} : { chunks }),
  };
}

/** What an answer has to be. The id of a delivery is written `dlv_…`. */
export interface ExpectedAnswer {
  readonly status: number;
  readonly body: string;
  /** Default: those of every JSON answer. */
  readonly headers?: { readonly [name: string]: string };
}

/** The headers that belong to the answer; others belong to the server or the framework. */
const answerHeaders = [
  "content-type",
  "cache-control",
  "x-content-type-options",
  "allow",
  "retry-after",
  "access-control-allow-origin",
  "access-control-allow-methods",
  "access-control-allow-headers",
];

export const jsonHeaders = {
  "content-type": "application/json; charset=utf-8",
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
} as const;

export const acceptedAnswer = (duplicate = false): ExpectedAnswer => ({
  status: 200,
  body: `{"success":true,"id":"dlv_…","duplicate":${duplicate}}`,
});

export const refusedAnswer = (status: number, code: string, message: string, headers = {}): ExpectedAnswer => ({
  status,
  body: `{"success":false,"error":{"code":"${code}","message":"${message}","docs":"docs/errors.md#${code}"}}`,
  headers: { ...jsonHeaders, ...headers },
});

/** Compares an answer byte by byte with what it has to be. */
export function assertAnswer(response: WireResponse | undefined, expected: ExpectedAnswer): void {
  if (response === undefined) throw new Error("Expected: an answer, got none");
  const actual = {
    status: response.status,
    body: response.body.toString("utf8").replace(/"dlv_[0-9a-z]+"/i, '"dlv_…"'),
    headers: Object.fromEntries(
      answerHeaders.flatMap((name) => {
        const value = response.headers.get(name);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
  };
  assertEqual(actual, { headers: jsonHeaders, ...expected }, "Answer");
  const length = response.headers.get("content-length");
  if (response.status === 204) assertThat(length === undefined, "a 204 without a length");
}

/** One request on a connection of its own, and its answer. */
export async function ask(target: AdapterTarget, request: WireRequest, expected: ExpectedAnswer): Promise<void> {
  const [response] = await exchange(target.port, [request]);
  assertAnswer(response, expected);
}

/** The newest row of the journal. */
export async function newest(target: AdapterTarget): Promise<SubjectState["deliveries"][number]> {
  const [delivery] = (await target.state()).deliveries;
  if (delivery === undefined) throw new Error("Expected: a delivery in the journal, got none");
  return delivery;
}
