/**
 * The Offhook that the adapter cases speak to, for every runtime.
 * @module subject
 */
import {
  createOffhook,
  memoryStorage,
  silentLogger,
  type HmacVerification,
  type Offhook,
  type Provider,
  type ProviderRoute,
} from "@offhook/core";

// No Node here: this file runs on every runtime that an adapter is tested on.

/** The Offhook that the adapter cases speak to. */
export interface AdapterSubject {
  readonly offhook: Offhook;
  /** What has become of the requests, newest first. */
  state(): Promise<SubjectState>;
}

export interface SubjectState {
  readonly deliveries: readonly SubjectDelivery[];
}

/** One row of the journal, as far as cases look at it. */
export interface SubjectDelivery {
  readonly status: string;
  /** Why it was refused; null otherwise. */
  readonly code: string | null;
  readonly method: string;
  readonly url: string;
  readonly remoteAddress: string | null;
  /** Of a refused one at most the first 16 KiB. Hexadecimal. */
  readonly bodyHex: string;
}

/** What the subject's addresses take. */
export const subjectMaxBodyBytes = 4096;
/** The origin that browsers may call the subject from. */
export const subjectOrigin = "https://app.example.com";

const secret = "a secret of nobody";

/** Signs the time and the bytes, as most vendors do. */
export const byBody: HmacVerification = {
  type: "hmac",
  hash: "sha256",
  encoding: "hex",
  secrets: secret,
  header: "x-subject-signature",
  format: { type: "fields", timestamp: "t", signature: "v1" },
  freshness: { unit: "seconds", pastMs: 300_000, futureMs: 300_000 },
  message: ["timestamp", { text: "." }, "body"],
};

/** Signs the request target as it stood on the wire, as Twilio does. */
export const byUrl: HmacVerification = {
  type: "hmac",
  hash: "sha256",
  encoding: "base64",
  secrets: secret,
  header: "x-subject-signature",
  format: { type: "plain" },
  message: { candidates: ({ url, body }) => ({ messages: [[url, body]] }) },
};

const route: Omit<ProviderRoute, "paths" | "kind"> = {
  methods: ["GET", "POST"],
  contentTypes: [],
  maxBodyBytes: subjectMaxBodyBytes,
  verification: byBody,
  translate: () => ({ kind: "subject.happened", events: [] }),
};

const provider: Provider = {
  name: "subject",
  routes: [
    { ...route, paths: ["subject", "/subject-callback"], kind: "" },
    { ...route, paths: ["subject/url"], kind: "url", verification: byUrl },
    { ...route, paths: ["subject/json"], kind: "json", contentTypes: ["application/json"] },
    { ...route, paths: ["subject/silent"], kind: "silent", acknowledgement: 204 },
    {
      ...route,
      paths: ["subject/reply"],
      kind: "reply",
      translate: () => ({
        kind: "subject.asked",
        events: [],
        reply: { contentType: "text/xml; charset=utf-8", body: "<Response>caf\u00e9</Response>" },
      }),
    },
  ],
};

/** Keeps everything in memory, and serves `/api/webhooks/subject` and below. */
export function createAdapterSubject(): AdapterSubject {
  const offhook = createOffhook({
    providers: [provider],
    storage: memoryStorage(),
    logger: silentLogger,
    cors: { origins: [subjectOrigin] },
    // The cases refuse more than a sender may have refused.
    rateLimit: false,
    echo: false,
  });
  return {
    offhook,
    async state() {
      const { data } = await offhook.deliveries.list({ limit: 200 });
      const deliveries = await Promise.all(data.map(async ({ id }) => offhook.deliveries.get(id)));
      return {
        deliveries: deliveries.flatMap((delivery) => {
          if (delivery === undefined) return [];
          const { status, error, method, url, remoteAddress, body } = delivery;
          return [{ status, code: error?.code ?? null, method, url, remoteAddress, bodyHex: hexOf(body) }];
        }),
      };
    },
  };
}

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
