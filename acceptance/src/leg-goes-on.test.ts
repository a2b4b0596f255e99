import { createOffhook, memoryStorage, silentLogger, type Call, type Provider } from "@offhook/core";
import { elevenlabs } from "@offhook/elevenlabs";
import { retell } from "@offhook/retell";
import { elevenlabsLife, permutations, retellLife, signSample, twilioLife, type SampleRequest } from "@offhook/testing";
import { twilio } from "@offhook/twilio";
import { describe, expect, test } from "vitest";

const nowMs = Date.UTC(2026, 10, 20, 12);
const options = { key: "a8", startMs: nowMs - 60_000 };

type Members = { readonly [name: string]: unknown };

const carrier = twilio({ authToken: "a token", publicUrl: "https://app.example.com" });
const carried = (name: string): Sent => ({ provider: carrier, sample: find(twilioLife(options), `status.${name}`) });

interface Sent {
  readonly provider: Provider;
  readonly sample: SampleRequest;
}

function find(life: readonly SampleRequest[], name: string): SampleRequest {
  const sample = life.find((each) => each.name === name);
  if (sample === undefined) throw new TypeError(`expected a sample "${name}"`);
  return sample;
}

const agents = elevenlabs({ webhookSecret: "a secret" });
const voices = retell({ apiKey: "a key" });

function conversation(members: Members): Sent[] {
  const sample = find(elevenlabsLife(options), "post_call_transcription");
  const body = JSON.parse(sample.body) as { readonly data: Members };
  return [
    { provider: agents, sample: { ...sample, body: JSON.stringify({ ...body, data: { ...body.data, ...members } }) } },
    { provider: agents, sample: find(elevenlabsLife(options), "post_call_audio") },
  ];
}

const session = (members: Members): Sent[] =>
  ["call_ended", "call_analyzed"].map((name) => {
    const sample = find(retellLife(options), name);
    const body = JSON.parse(sample.body) as { readonly call: Members };
    const call = { ...body.call, telephony_identifier: { twilio_call_sid: `CA${"a8".padStart(32, "0")}` }, ...members };
    return { provider: voices, sample: { ...sample, body: JSON.stringify({ ...body, call }) } };
  });

/** The call after each delivery, and how often it was told to have ended by then. */
async function after(sent: readonly Sent[]) {
  const ended: Call["status"][] = [];
  const offhook = createOffhook({
    providers: [carrier, agents, voices],
    storage: memoryStorage(),
    logger: silentLogger,
    runJobs: false,
    now: () => nowMs,
    on: { "call.ended": ({ call }) => void ended.push(call.status) },
  });
  for (const { provider, sample } of sent) {
    const { status } = await offhook.handle(await signSample(provider, sample, { nowMs }));
    expect(status).toBeLessThan(300);
    await offhook.drain();
  }
  const { data } = await offhook.calls.list();
  const [call] = data;
  if (call === undefined || data.length !== 1) throw new TypeError(`expected one call, got ${data.length}`);
  return { call, ended };
}

const tool = {
  role: "agent",
  message: null,
  tool_results: [{ result: { result_type: "transfer_to_number_twilio_success" } }],
};

describe.each<[title: string, told: readonly Sent[]]>([
  ["ElevenLabs passed on to a person", conversation({ transcript: [{ role: "agent", message: "One moment." }, tool] })],
  ["ElevenLabs failed on", conversation({ status: "failed", analysis: null })],
  ["Retell transferred", session({ disconnection_reason: "call_transfer" })],
  ["Retell failed on", session({ call_status: "error", disconnection_reason: "error_llm_websocket_lost_connection" })],
])("A08: a leg that %s", (_title, told) => {
  test("goes on until the carrier says that it ended, which is told once, in any order", async () => {
    for (const order of permutations([carried("in-progress"), ...told])) {
      const { call, ended } = await after([carried("initiated"), ...order]);
      expect(call).toMatchObject({ status: "in_progress", outcome: "unknown", endedAt: null, durationSeconds: null });
      expect(call.endReason).toBeNull();
      expect(call.transcript).not.toBeNull();
      // What came before the leg was known, or names none, as audio alone does, could not know better.
      if (order[0]?.provider === carrier && order[1]?.sample.name !== "post_call_audio") expect(ended).toEqual([]);
    }
    const all = [carried("in-progress"), ...told, carried("completed")];
    const { call, ended } = await after(all);
    expect([call.status, ended]).toEqual(["completed", ["completed"]]);
    for (const order of permutations(all))
      expect((await after(order)).call).toMatchObject({ status: "completed", endedAt: call.endedAt });
  });

  test("ended with the agent's part where no carrier ever speaks", async () => {
    const { call, ended } = await after(told);
    expect(ended).toHaveLength(1);
    expect(call.endedAt).not.toBeNull();
    expect(["completed", "failed"]).toContain(call.status);
  });
});
