import { foldCall, verifyDelivery, type Call, type CallEvent, type CallEventDraft } from "@offhook/core";
import { convosoLife, convosoSamples, type SampleRequest } from "@offhook/testing";
import { describe, expect, test } from "vitest";
import { callRecord } from "./api-events.ts";
import type { ConvosoRules } from "./client.ts";
import { readCall } from "./api-records.ts";
import { createConvosoClient } from "./create-client.ts";
import { logResult, type Json } from "./fixtures/api.ts";
import { convoso, type ConvosoOptions } from "./provider.ts";

const timeZone = "America/New_York";

function providerOf(options: Partial<ConvosoOptions> = {}) {
  return convoso({ verification: { none: "a test" }, timeZone, ...options });
}

/** What the provider tells its client of its options. */
function rulesOf(options: Partial<ConvosoOptions> = {}): ConvosoRules {
  let handed: ConvosoRules | undefined;
  const { connect } = createConvosoClient({ authToken: "a-token", timeZone });
  providerOf({
    ...options,
    client: {
      provider: "convoso",
      connect(rules) {
        handed = rules;
        return connect(rules);
      },
    },
  });
  if (handed === undefined) throw new Error("expected the rules to be handed over");
  return handed;
}

/** What the API says of a call an hour after it began, as `callRecord` puts it. */
function recordOf(result: Json, options: Partial<ConvosoOptions> = {}) {
  const call = readCall(result);
  if (call === undefined) throw new Error("expected a call");
  return callRecord(call, rulesOf(options), startMs + hourMs);
}

const startMs = Date.UTC(2026, 10, 20, 15);

async function draftsOf(samples: readonly SampleRequest[], options: Partial<ConvosoOptions> = {}) {
  const drafts: CallEventDraft[] = [];
  for (const sample of samples) {
    const route = providerOf(options).routes.find(({ paths }) => paths.includes(sample.path));
    if (route === undefined) throw new Error("no such route");
    const url = `/api/webhooks/${sample.path}`;
    const body = new TextEncoder().encode(sample.body);
    const delivery = { method: sample.method, url, query: "", headers: {}, body, receivedAtMs: startMs };
    drafts.push(...route.translate(await verifyDelivery(route.verification, delivery)).events);
  }
  return drafts;
}

/** As core keeps them: a second after the other. */
const eventsOf = (drafts: readonly CallEventDraft[], source: CallEvent["source"], firstMs: number): CallEvent[] =>
  drafts.map((draft, index) => ({
    ...draft,
    id: `evt_${source}_${firstMs}_${index}`,
    tenantId: "default",
    provider: "convoso",
    source,
    receivedAt: new Date(firstMs + index * 1000).toISOString(),
    deliveryId: null,
  }));

const hourMs = 60 * 60_000;

/** What core compares to tell whether an API says anything new. */
function comparable({ version: _version, provenance: _provenance, updatedAt: _updatedAt, ...said }: Call) {
  return said;
}

const life = convosoLife({ startMs, key: "7" });
const callId = String(2_073_617 + 7);
const leadId = String(408_159 + 7);

/** What the log says of the call of the life sample, after all that its pushes told. */
const lifeResult = (extra: Json = {}): Json =>
  logResult({
    id: callId,
    lead_id: leadId,
    first_name: "Ana",
    last_name: "Núñez",
    phone_number: "4155550199",
    number_dialed: "14155550199",
    caller_id_displayed: "4155550100",
    call_date: "2026-11-20 10:00:00",
    agent_comment: "Wants the green one",
    recording: [
      {
        recording_id: "991",
        src: `https://example.test/r/${callId}.mp3`,
        public_url: `https://example.test/r/${callId}.mp3`,
      },
    ],
    ...extra,
  });

describe("D16: a record of the API after the webhooks of the same call", () => {
  test("changes nothing but what only the API knows", async () => {
    const webhooks = eventsOf(await draftsOf(life), "webhook", startMs + hourMs);
    const before = foldCall(webhooks);
    const imported = eventsOf(recordOf(lifeResult()).events, "api", startMs + 2 * hourMs);
    const after = foldCall([...webhooks, ...imported]);
    // The id of the SIP session, which no push of the sample has.
    expect(before.metadata).toEqual({ convoso: { dispositionName: "Sale" } });
    expect(after.metadata).toEqual({ convoso: { dispositionName: "Sale", sessionId: "abc@10.0.0.1" } });
    expect(comparable(after)).toEqual(comparable({ ...before, metadata: after.metadata }));

    const withoutSession = eventsOf(recordOf(lifeResult({ session_id: null })).events, "api", startMs + 2 * hourMs);
    expect(comparable(foldCall([...webhooks, ...withoutSession]))).toEqual(comparable(before));
  });

  test("says the same of a recording whose address is written without TLS", async () => {
    const src = `http://example.test/r/${callId}.mp3`;
    const samples = life.map((sample) => ({ ...sample, body: sample.body.replaceAll(/https(?=:|%3A)/g, "http") }));
    expect(samples.some(({ body }) => /http(?=:|%3A)/.test(body))).toBe(true);
    const webhooks = eventsOf(await draftsOf(samples), "webhook", startMs + hourMs);
    const said = lifeResult({ session_id: null, recording: [{ recording_id: "991", src, public_url: src }] });
    const imported = eventsOf(recordOf(said).events, "api", startMs + 2 * hourMs);
    const after = foldCall([...webhooks, ...imported]);
    expect(after.recordings).toMatchObject([{ url: `https://example.test/r/${callId}.mp3`, state: "available" }]);
    expect(comparable(after)).toEqual(comparable(foldCall(webhooks)));
  });

  test("changes nothing either where it comes before them", async () => {
    const webhooks = await draftsOf(life);
    const imported = eventsOf(recordOf(lifeResult()).events, "api", startMs + hourMs);
    const later = foldCall([...imported, ...eventsOf(webhooks, "webhook", startMs + 2 * hourMs)]);
    const earlier = foldCall([...imported, ...eventsOf(webhooks, "webhook", startMs + 60_000)]);
    expect(comparable(later)).toEqual(comparable(earlier));
    expect(later).toMatchObject({ disposition: "SALE", conversion: { converted: true } });
  });

  test("says the same of every kind of call that is pushed", async () => {
    const kinds: readonly (readonly [string, Json])[] = [
      ["call.NA", { status: "NA", call_length: "0" }],
      ["call.AM", { status: "AM", call_length: "31" }],
      ["call.DROP", { status: "DROP", call_length: "0", user_id: "666666", user: "System" }],
      [
        "call.inbound",
        {
          status: "NI",
          call_length: "64",
          call_type: "INBOUND",
          inbound_number: "4155550100",
          caller_id_displayed: "",
        },
      ],
    ];
    for (const [name, extra] of kinds) {
      const sample = convosoSamples({ startMs, key: "7" }).filter((each) => each.name === name);
      const webhooks = eventsOf(await draftsOf(sample), "webhook", startMs + hourMs);
      expect(webhooks, name).toHaveLength(1);
      const said = { status_name: null, session_id: null, agent_comment: "", recording: [], ...extra };
      const imported = eventsOf(recordOf(lifeResult(said)).events, "api", startMs + 2 * hourMs);
      expect(comparable(foldCall([...webhooks, ...imported])), name).toEqual(comparable(foldCall(webhooks)));
    }
  });

  test("W11: says the same as the seed's call, but for how the number is written", async () => {
    const sample = convosoSamples({ startMs, key: "7" }).filter(({ name }) => name === "call of the seed");
    const webhooks = eventsOf(await draftsOf(sample), "webhook", startMs + hourMs);
    const before = foldCall(webhooks);
    // The seed has no number of its own, no names, and an agent whose id is no number.
    const said = {
      user_id: "a-5",
      campaign_id: null,
      first_name: null,
      last_name: null,
      status_name: null,
      session_id: null,
      term_reason: null,
      caller_id_displayed: "",
      agent_comment: "",
    };
    const imported = eventsOf(recordOf(lifeResult(said)).events, "api", startMs + 2 * hourMs);
    const after = foldCall([...webhooks, ...imported]);
    expect(after.to?.e164).toBe(before.to?.e164);
    expect(comparable(after)).toEqual(comparable({ ...before, to: after.to }));
  });

  test("E07, trap 13: tells of a disposition that no push told of, and is overtaken by a later push", async () => {
    const webhooks = eventsOf((await draftsOf(life)).slice(0, 3), "webhook", startMs + hourMs);
    expect(foldCall(webhooks)).toMatchObject({ disposition: "CB", conversion: { converted: false } });
    const sold = eventsOf(recordOf(lifeResult()).events, "api", startMs + 2 * hourMs);
    expect(foldCall([...webhooks, ...sold])).toMatchObject({ disposition: "SALE", conversion: { converted: true } });
    const [pushed] = life.slice(3);
    if (pushed === undefined) throw new Error("expected the last push");
    const lost = {
      ...pushed,
      body: pushed.body
        .replace(/modified_at=[^&]*/, "")
        .replace("SALE", "NI")
        .replace("Sale", "No"),
    };
    const later = eventsOf(await draftsOf([lost]), "webhook", startMs + 3 * hourMs);
    expect(foldCall([...webhooks, ...sold, ...later])).toMatchObject({
      disposition: "NI",
      conversion: { converted: false },
    });
  });

  test("is one call under the id that the account's own key has", async () => {
    const fields = { callId: ["my_call_id"], leadId: ["id"] };
    const [event] = recordOf(lifeResult(), { fields }).events;
    // What an Adaptor calls its keys says nothing of the API's.
    expect(event).toMatchObject({ references: [{ id: callId }], facts: { lead: { id: leadId } } });
  });
});

describe("A02, A03: a record of the API alone", () => {
  test("makes a whole call", () => {
    const record = recordOf(logResult());
    expect(record).toMatchObject({
      subject: "call",
      reference: { provider: "convoso", id: "2073617", kind: "session" },
      startedAt: "2026-11-20T15:00:00.000Z",
    });
    expect(record.events).toEqual([
      {
        type: "call.ended",
        occurredAt: null,
        references: [{ provider: "convoso", id: "2073617", kind: "session" }],
        facts: {
          direction: "outbound",
          from: { e164: "+16155550100", raw: "6155550100" },
          to: { e164: "+16155550188", raw: "6155550188" },
          status: "completed",
          outcome: "answered",
          conversion: { converted: true, reason: "disposition SALE" },
          endReason: { code: "agent", raw: "AGENT" },
          startedAt: "2026-11-20T15:00:00.000Z",
          endedAt: "2026-11-20T15:02:05.000Z",
          durationSeconds: 125,
          agent: { id: "1201", name: "Pat Doe", kind: "human" },
          campaign: { id: "3475", name: "Spring" },
          lead: { id: "408159", name: "Ana", email: null, city: null, region: null, country: null },
          recordings: [
            {
              provider: "convoso",
              id: "2073617",
              state: "available",
              url: "https://example.test/public/a.mp3",
              channels: null,
              durationSeconds: null,
              expiresAt: null,
            },
          ],
          disposition: "SALE",
          note: null,
          metadata: { dispositionName: "Sale", sessionId: "abc@10.0.0.1" },
        },
      },
    ]);
  });

  test("goes by the account's dispositions, conversions, directions and country", () => {
    const options = {
      dispositions: { LVM: "voicemail" },
      conversion: ["LVM"],
      defaultDirection: "inbound",
      defaultCountry: "GB",
    } as const;
    const said = { status: "LVM", call_type: "", phone_number: "7911123456", number_dialed: null };
    expect(recordOf(logResult(said), options).events[0]?.facts).toMatchObject({
      outcome: "voicemail",
      conversion: { converted: true },
      direction: "inbound",
      from: { e164: "+447911123456" },
    });
  });

  test("says nothing final of a call that goes on", () => {
    const [event] = recordOf(logResult({ status: "INCALL", call_length: "31", recording: [] })).events;
    expect(event).toMatchObject({
      type: "call.progressed",
      facts: { status: "in_progress", endedAt: null, durationSeconds: null, recordings: null },
    });
    expect(event?.facts.outcome).toBeUndefined();
    expect(event?.facts.conversion).toBeUndefined();
  });

  test("trap 15: Convoso's own users are nobody", () => {
    for (const user_id of ["666666", "666667", "666671"]) {
      expect(recordOf(logResult({ user_id, user: "System User" })).events[0]?.facts.agent).toBeNull();
    }
  });

  test("knows the lead's country by what was dialled", () => {
    const to = (phone_number: string, number_dialed: string | null) =>
      recordOf(logResult({ phone_number, number_dialed })).events[0]?.facts.to;
    expect(to("7911123456", "447911123456")).toEqual({ e164: "+447911123456", raw: "7911123456" });
    expect(to("6155550188", null)).toEqual({ e164: "+16155550188", raw: "6155550188" });
    expect(to("6155550188", "6155550188")).toEqual({ e164: "+16155550188", raw: "6155550188" });
    // Another number than the lead's, and a prefix that is no country's.
    expect(to("6155550188", "16155550177")).toEqual({ e164: "+16155550177", raw: "16155550177" });
    expect(to("6155550188", "96155550188")?.raw).toBe("96155550188");
    expect(to("555-0123", null)).toEqual({ e164: null, raw: "555-0123" });
  });

  test("trap 5: a bare file name is a recording that is not there yet", () => {
    const recording = [{ recording_id: "991", src: "1403237496-all.wav", public_url: "" }];
    expect(recordOf(logResult({ recording })).events[0]?.facts).toMatchObject({
      recordings: [{ id: "2073617", state: "pending", url: null }],
      metadata: { recordingFile: "1403237496-all.wav" },
    });
  });

  test("A14: the first recording has the call's id, as pushes have it, and the others their own", () => {
    const recording = [
      { recording_id: "991", src: "https://example.test/a.mp3" },
      { recording_id: "992", src: "a.mp3", public_url: "https://example.test/b.mp3" },
      { recording_id: "", src: "https://example.test/c.mp3" },
      { recording_id: "994", src: "d.mp3" },
      { recording_id: "995" },
    ];
    expect(recordOf(logResult({ recording })).events[0]?.facts.recordings).toMatchObject([
      { id: "2073617", url: "https://example.test/a.mp3" },
      { id: "992", url: "https://example.test/b.mp3", state: "available" },
    ]);
  });

  test("a call without a time is one all the same", () => {
    const record = recordOf({ id: "7", status: "NA" });
    expect(record.startedAt).toBeNull();
    expect(record.events[0]).toMatchObject({ type: "call.ended", facts: { status: "no_answer", endedAt: null } });
  });
});
