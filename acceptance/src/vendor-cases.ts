import { callrail } from "@offhook/callrail";
import { createCallRailClient } from "@offhook/callrail/client";
import { convoso } from "@offhook/convoso";
import { createConvosoClient } from "@offhook/convoso/client";
import { isRecord, type Call, type JsonValue, type Provider } from "@offhook/core";
import { elevenlabs } from "@offhook/elevenlabs";
import { createElevenLabsClient } from "@offhook/elevenlabs/client";
import { retell } from "@offhook/retell";
import { createRetellClient } from "@offhook/retell/client";
import {
  callrailLife,
  convosoLife,
  elevenlabsLife,
  retellLife,
  twilioLife,
  type SampleOptions,
  type SampleRequest,
} from "@offhook/testing";
import {
  fakeCallRail,
  fakeConvoso,
  fakeElevenLabs,
  fakeRetell,
  fakeTwilio,
  vendorFetch,
  type FakeVendor,
  type FakeWebhook,
} from "@offhook/testing/vendors";
import { twilio } from "@offhook/twilio";
import { createTwilioClient } from "@offhook/twilio/client";

/** Every vendor with its stand-in, and what its webhooks and its API do not both know. */

/** What counts as a difference for an import. */
export type Said = Omit<Call, "provenance" | "updatedAt" | "version">;

export interface VendorCase {
  readonly name: string;
  readonly open: (pageSize?: number) => OpenVendor;
  readonly life: (options: SampleOptions) => readonly SampleRequest[];
  /** What an import adds to a call whose webhooks all came. */
  readonly addedByApi: (told: Said, options: SampleOptions) => Partial<Said>;
  /** What an import knows not, or otherwise, of a call of which no webhook came. */
  readonly withoutWebhooks: (told: Said, options: SampleOptions) => Partial<Said>;
  /** What is told of where webhooks are to go. */
  readonly webhooks?: readonly string[];
}

interface OpenVendor {
  readonly vendor: FakeVendor & { readonly webhooks?: readonly FakeWebhook[] };
  readonly provider: Provider;
}

const price = { amount: "0.0170", currency: "USD" };
const priceOfTwilio = { cost: price, costs: [{ provider: "twilio", ...price }] };
export const origin = "https://hooks.example.com";

export const vendorCases: readonly VendorCase[] = [
  {
    name: "twilio",
    open(pageSize) {
      const vendor = fakeTwilio(pageSize === undefined ? {} : { pageSize });
      const client = createTwilioClient({ ...vendor.clientOptions, fetch: vendorFetch([vendor]) });
      return {
        vendor,
        provider: twilio({ authToken: "a token", publicUrl: origin, client }),
      };
    },
    life: twilioLife,
    addedByApi: () => priceOfTwilio,
    withoutWebhooks: ({ answeredAt }) => ({
      ...priceOfTwilio,
      // The API's start is the answer, and nothing else says when somebody answered.
      startedAt: answeredAt,
      createdAt: answeredAt ?? "",
      answeredAt: null,
      // The places of numbers.
      lead: null,
    }),
    webhooks: [`${origin}/api/webhooks/twilio#rc=3&rp=ct,5xx`],
  },
  {
    name: "callrail",
    open(pageSize) {
      const vendor = fakeCallRail(pageSize === undefined ? {} : { pageSize });
      const client = createCallRailClient({ ...vendor.clientOptions, fetch: vendorFetch([vendor]) });
      return {
        vendor,
        provider: callrail({ signingKey: "a key", client }),
      };
    },
    life: callrailLife,
    addedByApi: () => ({}),
    withoutWebhooks: ({ analysis, metadata, recordings }) => ({
      // Convert Assist's answers.
      analysis: analysis && { ...analysis, data: without(analysis.data, "service_needed", "urgency") },
      // The number that ids replaced.
      metadata: { callrail: without(metadata["callrail"], "legacyId") },
      // Where it is, is asked for anew each time.
      recordings: recordings.map((recording) => ({ ...recording, url: null })),
    }),
    webhooks: [
      "pre-call",
      "routing-complete",
      "post-call",
      "call-modified",
      "outbound-post-call",
      "outbound-call-modified",
    ].map((path) => `${origin}/api/webhooks/callrail/${path}`),
  },
  {
    name: "elevenlabs",
    open(pageSize) {
      const vendor = fakeElevenLabs(pageSize === undefined ? {} : { pageSize });
      const client = createElevenLabsClient({ ...vendor.clientOptions, fetch: vendorFetch([vendor]) });
      return {
        vendor,
        provider: elevenlabs({ webhookSecret: "a secret", client }),
      };
    },
    life: elevenlabsLife,
    addedByApi: () => ({}),
    // The machine detection's verdict.
    withoutWebhooks: () => ({ answeredBy: "unknown" }),
    webhooks: [`${origin}/api/webhooks/elevenlabs`],
  },
  {
    name: "retell",
    open(pageSize) {
      const vendor = fakeRetell(pageSize === undefined ? {} : { pageSize });
      const client = createRetellClient({ ...vendor.clientOptions, fetch: vendorFetch([vendor]) });
      return {
        vendor,
        provider: retell({ apiKey: "a key", client }),
      };
    },
    life: retellLife,
    addedByApi: () => ({}),
    // Retell asks before it answers.
    withoutWebhooks: ({ startedAt }) => ({ createdAt: startedAt ?? "" }),
    webhooks: [`${origin}/api/webhooks/retell`],
  },
  {
    name: "convoso",
    open(pageSize) {
      const vendor = fakeConvoso(pageSize === undefined ? {} : { pageSize });
      const { clientOptions } = vendor;
      const client = createConvosoClient({ ...clientOptions, fetch: vendorFetch([vendor]) });
      const { timeZone } = clientOptions;
      return {
        vendor,
        provider: convoso({ verification: { hmac: "a secret" }, timeZone, client }),
      };
    },
    life: convosoLife,
    addedByApi: (told, options) => ({ metadata: withSession(told, options) }),
    withoutWebhooks: (told, options) => ({
      metadata: withSession(told, options),
      // The log has the name of who was called, and nothing more of them.
      lead: told.lead && { ...told.lead, city: null, email: null, region: null },
    }),
  },
];

/** The session of SIP. */
function withSession({ metadata }: Said, { key = "" }: SampleOptions): Said["metadata"] {
  return { convoso: { ...membersOf(metadata["convoso"]), sessionId: `${key.padStart(16, "0")}@192.0.2.7` } };
}

function without(record: JsonValue | undefined, ...names: readonly string[]): Members {
  return Object.fromEntries(Object.entries(membersOf(record)).filter(([name]) => !names.includes(name)));
}

type Members = { readonly [name: string]: JsonValue };

const membersOf = (value: JsonValue | undefined): Members => (isRecord(value) ? value : {});
