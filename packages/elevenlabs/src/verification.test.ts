import { createHash, createHmac } from "node:crypto";
import { createOffhook, memoryStorage, signRequest, verifyDelivery, type RawDelivery } from "@offhook/core";
import { describe, expect, test } from "vitest";
import { fixtureBytes, toBytes, type FixtureName } from "./fixtures/index.ts";
import { elevenlabs, type ElevenLabsOptions } from "./provider.ts";
import { webhookVerification } from "./verification.ts";

const webhookSecret = "wsec_offhook_test_0123456789abcdef";

interface Vector {
  readonly id: string;
  readonly file: FixtureName;
  readonly bytes: number;
  readonly sha256: string;
  readonly seconds: number;
  readonly v0: string;
}

// Each was accepted by the vendor's SDK 2.73.0.
const vectors: readonly Vector[] = [
  {
    id: "EL-1",
    file: "el-1.txt",
    bytes: 136,
    sha256: "bae6a2b6b2f18552c3593990f8b2bec846e11b8b861f5b245ecc5e293c528219",
    seconds: 1790000000,
    v0: "02dee6850d15962addb053300ea786a326575f51e546fdf0440ae5515be1e33b",
  },
  {
    id: "EL-2",
    file: "el-2.txt",
    bytes: 323,
    sha256: "abdcee81898cfa68eccf8419b6c8e226c7d16a0a9eb36d3c16a208d76ea9b630",
    seconds: 1790000001,
    v0: "f7c4af6298525fb38900cb0e4e1b82e80f0be2045a2e3bc7052e7001346946ea",
  },
  {
    id: "EL-3",
    file: "el-3.txt",
    bytes: 171,
    sha256: "3ee60ccf988739a7ec773e1a1029d780f7bb88de0c52dd9886a3e0a1fbe689c2",
    seconds: 1790000002,
    v0: "fd7554e0909ca23a38dd513ae416b4bbb839283054ee1155a85e19b83fcdacf7",
  },
  {
    id: "EL-4",
    file: "el-4.txt",
    bytes: 224,
    sha256: "0aa42e92bd4cfad42e7ea5970d782502a3563f0e9ff271290c4089b6b98e049f",
    seconds: 1790000003,
    v0: "8f8efe5c8f9bccc2d2b3c4472d2c7e8cf6459facbce5445a8387631e0fbe46ce",
  },
];

const [first] = vectors as readonly [Vector, ...Vector[]];
const body = fixtureBytes(first.file);
const t = first.seconds;
const genuine = `t=${t},v0=${first.v0}`;

function delivery(header: string | readonly string[] | undefined, bytes: Uint8Array = body): RawDelivery {
  const headers = header === undefined ? {} : { "elevenlabs-signature": header };
  return { method: "POST", url: "/api/webhooks/elevenlabs", query: "", headers, body: bytes, receivedAtMs: 0 };
}

interface Check {
  readonly bytes?: Uint8Array;
  readonly options?: Partial<ElevenLabsOptions>;
  /** Milliseconds after the signed time. */
  readonly laterMs?: number;
}

function check(header: string | readonly string[] | undefined, { bytes, options, laterMs = 5_000 }: Check = {}) {
  const verification = webhookVerification({ webhookSecret, ...options });
  return verifyDelivery(verification, delivery(header, bytes), { nowMs: t * 1000 + laterMs });
}

const hmac = (time: string, bytes: Uint8Array = body, secret = webhookSecret): string =>
  createHmac("sha256", secret).update(`${time}.`).update(bytes).digest("hex");

describe("the signature of the post-call webhook", () => {
  test.each(vectors)("S02: vector $id is accepted", async ({ file, bytes, sha256, seconds, v0 }) => {
    const content = fixtureBytes(file);
    expect(content).toHaveLength(bytes);
    expect(createHash("sha256").update(content).digest("hex")).toBe(sha256);
    const verified = verifyDelivery(
      webhookVerification({ webhookSecret }),
      delivery(`t=${seconds},v0=${v0}`, content),
      {
        nowMs: seconds * 1000 + 5_000,
      },
    );
    await expect(verified).resolves.toMatchObject({ body: content });
  });

  test("S02: what the declaration signs is what the vendor signs", async () => {
    for (const { file, seconds, v0 } of vectors) {
      const request = { method: "POST", url: "/", headers: {}, body: fixtureBytes(file) };
      const signed = await signRequest(webhookVerification({ webhookSecret }), request, {
        nowMs: seconds * 1000 + 999,
      });
      expect(signed.headers).toEqual({ "elevenlabs-signature": `t=${seconds},v0=${v0}` });
    }
  });

  test("S02: a body that was parsed and written again is refused (EL-2)", async () => {
    const [, second] = vectors;
    if (second === undefined) throw new Error("no vector");
    const rewritten = toBytes(JSON.parse(new TextDecoder().decode(fixtureBytes(second.file))));
    expect(rewritten).toHaveLength(282);
    await expect(
      check(`t=${second.seconds},v0=${second.v0}`, { bytes: rewritten, laterMs: 1_000 }),
    ).rejects.toMatchObject({ code: "signature_mismatch" });
  });

  test.each<[title: string, header: string | readonly string[] | undefined, code: string]>([
    ["a missing signature", undefined, "signature_missing"],
    ["an empty signature", "", "signature_missing"],
    ["an empty list", [], "signature_missing"],
    ["two headers", [genuine, genuine], "signature_malformed"],
    ["two headers, joined", `${genuine}, ${genuine}`, "signature_malformed"],
    ["no time", `v0=${first.v0}`, "signature_malformed"],
    ["no signature", `t=${t}`, "signature_malformed"],
    ["another version alone", `t=${t},v1=${first.v0}`, "signature_malformed"],
    ["a bare signature", first.v0, "signature_malformed"],
    ["base64", `t=${t},v0=${Buffer.from(first.v0, "hex").toString("base64")}`, "signature_malformed"],
    ["half a signature", `t=${t},v0=${first.v0.slice(32)}`, "signature_malformed"],
    ["a digit more", `t=${t},v0=${first.v0}0`, "signature_malformed"],
    // The vendor's JavaScript SDK compares with NaN, and accepts it.
    ["a time that is no number, correctly signed", `t=abc,v0=${hmac("abc")}`, "signature_malformed"],
    ["an empty time, correctly signed", `t=,v0=${hmac("")}`, "signature_malformed"],
    ["a negative time, correctly signed", `t=-${t},v0=${hmac(`-${t}`)}`, "signature_malformed"],
    ["a fraction, correctly signed", `t=${t}.0,v0=${hmac(`${t}.0`)}`, "signature_malformed"],
    ["a time in milliseconds, correctly signed", `t=${t}000,v0=${hmac(`${t}000`)}`, "timestamp_out_of_range"],
    ["another time", `t=${t + 1},v0=${first.v0}`, "signature_mismatch"],
    ["another signature", `t=${t},v0=${first.v0.replace("02", "03")}`, "signature_mismatch"],
    ["zeros", `t=${t},v0=${"0".repeat(64)}`, "signature_mismatch"],
    [
      "a signature without the dot",
      `t=${t},v0=${createHmac("sha256", webhookSecret).update(`${t}`).update(body).digest("hex")}`,
      "signature_mismatch",
    ],
    ["a secret without its prefix", `t=${t},v0=${hmac(`${t}`, body, webhookSecret.slice(5))}`, "signature_mismatch"],
  ])("S02: %s is refused", async (_title, header, code) => {
    await expect(check(header)).rejects.toMatchObject({ name: "VerificationError", code });
  });

  test("S02: a changed, cut, extended or empty body is refused", async () => {
    const changed = body.slice();
    changed[20] = 88;
    for (const bytes of [changed, body.slice(0, -1), new Uint8Array([...body, 10]), new Uint8Array()]) {
      await expect(check(genuine, { bytes })).rejects.toMatchObject({ code: "signature_mismatch" });
    }
  });

  test.each<[title: string, header: string]>([
    ["as ElevenLabs writes it", genuine],
    ["a blank after the comma", `t=${t}, v0=${first.v0}`],
    ["blanks around", ` t=${t} , v0=${first.v0} `],
    ["upper case digits", `t=${t},v0=${first.v0.toUpperCase()}`],
    ["the signature before the time", `v0=${first.v0},t=${t}`],
    ["two signatures, the right one first", `t=${t},v0=${first.v0},v0=${"0".repeat(64)}`],
    ["two signatures, the right one last", `t=${t},v0=${"0".repeat(64)},v0=${first.v0}`],
    ["a signature of no shape beside the right one", `t=${t},v0=x,v0=${first.v0}`],
    ["an unknown field", `t=${t},v1=abc,v0=${first.v0},k=`],
  ])("S02: %s is accepted", async (_title, header) => {
    await expect(check(header)).resolves.toBeDefined();
  });

  test.each<[laterMs: number, accepted: boolean]>([
    [0, true],
    [1_800_000, true],
    [1_800_001, false],
    [1_801_000, false],
    [-300_000, true],
    [-300_001, false],
    // The vendor's SDK looks only into the past.
    [-86_400_000, false],
  ])("S02: a signature read %i ms after it was made: accepted %s", async (laterMs, accepted) => {
    const result = check(genuine, { laterMs });
    if (accepted) await expect(result).resolves.toBeDefined();
    else await expect(result).rejects.toMatchObject({ code: "timestamp_out_of_range" });
  });

  test("S02: the tolerances can be changed, for retries with an old time", async () => {
    const options = { toleranceMs: 3_600_000, futureToleranceMs: 0 };
    await expect(check(genuine, { options, laterMs: 3_600_000 })).resolves.toBeDefined();
    await expect(check(genuine, { options, laterMs: 3_600_001 })).rejects.toMatchObject({
      code: "timestamp_out_of_range",
    });
    await expect(check(genuine, { options, laterMs: -1 })).rejects.toMatchObject({ code: "timestamp_out_of_range" });
  });

  test("S02: while secrets rotate, each of them signs, and no other", async () => {
    const options = { webhookSecret: ["wsec_of_an_agent", webhookSecret, "wsec_new"] };
    await expect(check(genuine, { options })).resolves.toBeDefined();
    await expect(check(`t=${t},v0=${hmac(`${t}`, body, "wsec_new")}`, { options })).resolves.toBeDefined();
    await expect(check(`t=${t},v0=${hmac(`${t}`, body, "wsec_old")}`, { options })).rejects.toMatchObject({
      code: "signature_mismatch",
    });
  });
});

describe("the two addresses", () => {
  const initiation = { header: "X-Offhook-Secret", secret: ["shared secret", "the next one"] };
  const open = (options: Partial<ElevenLabsOptions> = {}) =>
    createOffhook({
      providers: [elevenlabs({ webhookSecret, ...options })],
      storage: memoryStorage(),
      now: () => t * 1000,
      runJobs: false,
    });
  const post = (url: string, headers: { readonly [name: string]: string }, bytes: Uint8Array) => ({
    method: "POST",
    url,
    headers: { "content-type": "application/json", ...headers },
    body: bytes,
  });
  const question = fixtureBytes("initiation.json");

  test.each(["/api/webhooks/elevenlabs", "/webhooks/elevenlabs"])(
    "W06 W08: a genuine request to %s is answered with exactly 200",
    async (url) => {
      const answer = await open().handle(post(url, { "elevenlabs-signature": genuine }, body));
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.body)).toMatchObject({ success: true, duplicate: false });
    },
  );

  test("W07: GET tells what the address is", async () => {
    const answer = await open().handle({ ...post("/api/webhooks/elevenlabs", {}, new Uint8Array()), method: "GET" });
    expect(answer.status).toBe(200);
    expect(Object.keys(JSON.parse(answer.body) as object)).toEqual(
      expect.arrayContaining(["success", "message", "endpoint", "methods", "version"]),
    );
  });

  test("an initiation request to the main address cannot be signed, and is refused as unverified", async () => {
    const offhook = open({ initiation });
    const answer = await offhook.handle(
      post("/api/webhooks/elevenlabs", { "x-offhook-secret": "shared secret" }, question),
    );
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: "signature_missing" } });
    expect((await offhook.calls.list()).data).toEqual([]);
  });

  test("without the option there is no address for initiation requests", async () => {
    const answer = await open().handle(post("/api/webhooks/elevenlabs/initiation", {}, question));
    expect(answer.status).toBe(404);
  });

  test.each(initiation.secret)("the initiation webhook is known by each of its shared secrets (%#)", async (secret) => {
    const offhook = open({ initiation });
    const headers = { "x-offhook-secret": secret };
    const answer = await offhook.handle(post("/api/webhooks/elevenlabs/initiation", headers, question));
    expect(answer).toMatchObject({
      status: 200,
      body: '{"type":"conversation_initiation_client_data","dynamic_variables":{}}',
    });
    const [delivered] = (await offhook.deliveries.list()).data;
    expect(JSON.stringify(delivered)).not.toContain(secret);
  });

  test.each<[title: string, headers: { readonly [name: string]: string }, code: string]>([
    ["without the header", {}, "signature_missing"],
    ["with an empty header", { "x-offhook-secret": "" }, "signature_missing"],
    ["with another secret", { "x-offhook-secret": "shared secre" }, "signature_mismatch"],
    ["with the signature of the other webhook", { "elevenlabs-signature": genuine }, "signature_missing"],
  ])("an initiation request %s is refused", async (_title, headers, code) => {
    const answer = await open({ initiation }).handle(post("/api/webhooks/elevenlabs/initiation", headers, question));
    expect(answer.status).toBe(401);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code } });
  });

  test("an audio webhook of 20 MB is taken, and one beyond the limit refused as too large", async () => {
    const data = { agent_id: "agent_1", conversation_id: "conv_1", full_audio: "A".repeat(20_000_000) };
    const audio = toBytes({ type: "post_call_audio", event_timestamp: t, data });
    const headers = { "elevenlabs-signature": `t=${t},v0=${hmac(`${t}`, audio)}` };
    const offhook = open();
    expect((await offhook.handle(post("/api/webhooks/elevenlabs", headers, audio))).status).toBe(200);
    expect(JSON.stringify((await offhook.calls.list()).data).length).toBeLessThan(3_000);
    const small = open({ maxBodyBytes: 1_000_000 });
    expect((await small.handle(post("/api/webhooks/elevenlabs", headers, audio))).status).toBe(413);
  });
});
