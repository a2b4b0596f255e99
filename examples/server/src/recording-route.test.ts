import { once } from "node:events";
import { request as ask, type ClientRequest, type IncomingMessage } from "node:http";
import { signSample, twilioLife, type SampleRequest } from "@offhook/testing";
import { fakeRetell, vendorFetch, type FakeRetell } from "@offhook/testing/vendors";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./test-server.ts";

const hourMs = 60 * 60_000;
const soundBytes = 16_044;

let vendor: FakeRetell;
let server: TestServer;
let path: string;
/** What the recording's host answers instead of the recording. */
let sound: ((request: Request) => Response | Promise<Response>) | undefined;

async function start(variables: { readonly [name: string]: string } = {}): Promise<void> {
  vendor = fakeRetell();
  sound = undefined;
  const { apiKey, recordingHosts } = vendor.clientOptions;
  const answer = vendorFetch([vendor]);
  server = await startTestServer(
    { RETELL_API_KEY: apiKey, OFFHOOK_RECORDING_HOSTS: recordingHosts.join(","), ...variables },
    {
      fetch: async (input, init) => {
        const request = new Request(input, init);
        const isSound = recordingHosts.includes(new URL(request.url).host);
        return isSound && sound !== undefined ? sound(request) : answer(request);
      },
    },
  );
  vendor.add({ key: "d4", startMs: Date.now() - hourMs });
  const imported = await server.ask("/api/integrations/retell/import-calls", {
    method: "POST",
    headers: { authorization: `Bearer ${server.adminToken}`, "content-type": "application/json" },
    body: JSON.stringify({ days_back: 1 }),
  });
  expect(await imported.json()).toMatchObject({ state: "finished", created: 1 });
  path = `/api/calls/${await callId()}/recording`;
}
afterEach(() => server.close());

async function callId(): Promise<string> {
  const { data } = (await (await server.ask("/api/calls")).json()) as { data: { id: string }[] };
  return data[0]?.id ?? "";
}

const ranged = (range: string, method = "GET"): Promise<Response> =>
  server.ask(path, { method, headers: { authorization: `Bearer ${server.adminToken}`, range } });

const rangeOf = ({ status, headers }: Response): unknown[] => [
  status,
  headers.get("accept-ranges"),
  headers.get("content-range"),
];

/** A listener who can hang up. */
function listen(): ClientRequest {
  const request = ask(`${server.address}${path}`, {
    headers: { authorization: `Bearer ${server.adminToken}` },
    agent: false,
  });
  request.on("error", () => undefined).end();
  return request;
}

const warnings = (): string[] => server.logged.filter((line) => (JSON.parse(line) as { level: number }).level >= 40);

describe("at the vendor", () => {
  beforeEach(() => start());

  test("A14: a range that can be had is a part", async () => {
    const part = await ranged("bytes=4-11");
    expect([part.status, part.headers.get("content-range")]).toEqual([206, `bytes 4-11/${soundBytes}`]);
    expect((await part.arrayBuffer()).byteLength).toBe(8);
  });

  test.each(["bytes=5-2", "bytes=0-1,4-5", "seconds=0-1", "bytes=a", "bytes=-"])(
    "a range that cannot be read is passed over: %s",
    async (range) => {
      const whole = await ranged(range);
      expect([whole.status, whole.headers.get("content-range")]).toEqual([200, null]);
      expect((await whole.arrayBuffer()).byteLength).toBe(soundBytes);
    },
  );

  test("a range behind the end is refused as one", async () => {
    const refused = await ranged(`bytes=${soundBytes}-`);
    // How long it is, nobody says; there is no other way to write that than not to.
    expect(rangeOf(refused)).toEqual([416, "bytes", null]);
    expect(await refused.json()).toMatchObject({ success: false, error: { code: "range_not_satisfiable" } });
    expect(warnings()).toEqual([]);
  });

  test("a range behind the end is refused also where the vendor passes over ranges", async () => {
    sound = () => answerOf({ pull: (controller) => controller.enqueue(new Uint8Array(50)) }, 500_000);
    const refused = await ranged("bytes=500000-");
    expect(rangeOf(refused)).toEqual([416, "bytes", "bytes */500000"]);
    await refused.arrayBuffer();
  });

  test("whoever only asks for the head downloads nothing", async () => {
    let pulled = 0;
    let isCancelled = false;
    sound = (request) => {
      expect(request.headers.get("range")).toBeNull();
      return answerOf({ pull: () => void (pulled += 1), cancel: () => void (isCancelled = true) }, 500_000);
    };
    const head = await ranged("bytes=0-9", "HEAD");
    expect([head.status, head.headers.get("content-length"), head.headers.get("content-type")]).toEqual([
      200,
      "500000",
      "audio/x-wav",
    ]);
    expect([pulled, isCancelled]).toEqual([0, true]);
  });

  test("a listener who hangs up before the answer is no failure", async () => {
    const { promise: asked, resolve } = Promise.withResolvers<AbortSignal>();
    sound = (request) => {
      resolve(request.signal);
      return new Promise((_resolve, reject) => request.signal.addEventListener("abort", () => reject(new Error())));
    };
    const listener = listen();
    const signal = await asked;
    listener.destroy();
    await expect.poll(() => signal.aborted).toBe(true);
    // What is answered next is logged after what went wrong before.
    await server.ask("/healthz");
    expect(warnings()).toEqual([]);
  });

  test("a listener who hangs up in the middle is no failure, and ends the download", async () => {
    let isCancelled = false;
    sound = () =>
      answerOf(
        {
          pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
          cancel: () => void (isCancelled = true),
        },
        500_000_000,
      );
    const listener = listen();
    const [response] = (await once(listener, "response")) as [IncomingMessage];
    await once(response, "data");
    listener.destroy();
    await expect.poll(() => isCancelled).toBe(true);
    await server.ask("/healthz");
    expect(warnings()).toEqual([]);
  });

  test("a vendor that breaks off in the middle is logged, without the address", async () => {
    const { promise: begun, resolve: breakOff } = Promise.withResolvers<undefined>();
    let pulled = 0;
    sound = () =>
      answerOf(
        {
          async pull(controller) {
            pulled += 1;
            if (pulled === 1) return controller.enqueue(new Uint8Array(2_000));
            await begun;
            controller.error(new Error(`broken ${vendor.clientOptions.recordingHosts[0] ?? ""}`));
          },
        },
        500_000,
      );
    const response = await server.ask(path);
    expect(response.status).toBe(200);
    breakOff(undefined);
    await expect(response.arrayBuffer()).rejects.toThrow("terminated");
    await expect.poll(warnings).toHaveLength(1);
    expect(JSON.parse(warnings()[0] ?? "")).toMatchObject({
      msg: "[retell] recording broke off",
      callId: await callId(),
      code: "api_unavailable",
    });
    expect(warnings().join()).not.toContain(vendor.clientOptions.recordingHosts[0]);
  });
});

describe("nothing to hear", () => {
  interface Refused {
    readonly error: {
      readonly code: string;
      readonly message: string;
      readonly docs: string;
      readonly state?: string;
    };
  }

  const refusalOf = async (of: string): Promise<[number, Refused["error"]]> => {
    const response = await server.ask(of.replace(":id", await callId()));
    return [response.status, ((await response.json()) as Refused).error]; // every refusal has the shape
  };

  async function deliver(life: readonly SampleRequest[]): Promise<void> {
    for (const sample of life) {
      const provider = server.providers.find(({ name }) => name === sample.provider);
      if (provider === undefined) throw new RangeError(`No provider "${sample.provider}"`);
      expect((await server.send(await signSample(provider, sample))).status, sample.name).toBeLessThan(300);
    }
  }

  const key = "e5";
  const setUp =
    "The API of twilio is not set up: set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, and start the server again";

  test("A14, M08: a recording at a vendor without credentials says which variables to set", async () => {
    server = await startTestServer();
    await deliver(twilioLife({ key }));
    expect(await refusalOf("/api/calls/:id/recording")).toMatchObject([
      409,
      { code: "client_missing", message: setUp },
    ]);
    const [recording] = (await server.offhook.calls.list()).data[0]?.recordings ?? [];
    expect(await refusalOf(`/api/calls/:id/recording?recording=${recording?.id ?? ""}`)).toMatchObject([
      409,
      { message: setUp },
    ]);
  });

  test("A14: a host that is not listed says which variable lists it", async () => {
    await start({ OFFHOOK_RECORDING_HOSTS: "" });
    expect(await refusalOf("/api/calls/:id/recording")).toMatchObject([
      502,
      {
        code: "url_refused",
        message: expect.stringMatching(/its host ".+" is not .+; OFFHOOK_RECORDING_HOSTS adds hosts$/) as string,
      },
    ]);
  });

  test("A14: where nobody can be asked for a recording, that is said", async () => {
    server = await startTestServer();
    await deliver(twilioLife({ key }).filter(({ body }) => !body.includes("Recording")));
    expect(await refusalOf("/api/calls/:id/recording")).toMatchObject([
      404,
      {
        code: "recording_missing",
        state: "none_expected",
        message: `No recording of the call is known, and its vendor is not asked for one. ${setUp}`,
        docs: "examples/server/README.md#errors",
      },
    ]);
  });

  test.each([
    ["in-progress", "pending", "60"],
    ["absent", "empty", null],
    ["failed", "failed", null],
    ["deleted", "expired", null],
  ])("A14: a recording that Twilio says is %s is %s, for programs too", async (status, state, retryAfter) => {
    server = await startTestServer();
    const said = "RecordingStatus=completed";
    const life = twilioLife({ key }).map((sample) => ({
      ...sample,
      body: sample.body.replace(said, `RecordingStatus=${status}`),
    }));
    await deliver(life);
    const response = await server.ask(`/api/calls/${await callId()}/recording`);
    expect([response.status, response.headers.get("retry-after")]).toEqual([404, retryAfter]);
    expect(await response.json()).toMatchObject({ success: false, error: { code: "recording_missing", state } });
  });

  test("A14: a recording that is still to come, and ids that are none", async () => {
    await start();
    sound = () => new Response(null, { status: 404 });
    vendor.remove("call_d4");
    expect(await refusalOf("/api/calls/:id/recording?recording=other")).toMatchObject([
      404,
      { code: "not_found", state: "unknown", message: "The call has no recording with this id" },
    ]);
    expect(await refusalOf("/api/calls/d4/recording")).toMatchObject([
      404,
      {
        code: "not_found",
        state: "unknown",
        message: "There is no such call; this route takes Offhook's id of the call, such as call_twilio_CA…",
      },
    ]);
    const asked = await server.ask(path);
    expect([asked.status, asked.headers.get("retry-after")]).toEqual([404, "60"]);
    expect(await asked.json()).toMatchObject({
      error: { code: "recording_missing", state: "pending", message: "The recording is not ready yet" },
    });
  });
});

describe("from the archive", () => {
  beforeEach(() => start({ OFFHOOK_ARCHIVE_RECORDINGS: "true" }));

  test.each(["bytes=99999-", "bytes=-0"])("a range behind the end is refused: %s", async (range) => {
    const bytes = await archived();
    const refused = await ranged(range);
    expect(rangeOf(refused)).toEqual([416, "bytes", `bytes */${bytes}`]);
    await refused.arrayBuffer();
  });

  test("the head alone, and what cannot be read as a range", async () => {
    const bytes = await archived();
    const head = await ranged("bytes=0-9", "HEAD");
    expect([head.status, head.headers.get("content-length")]).toEqual([200, String(bytes)]);
    const whole = await ranged("bytes=5-2");
    expect([whole.status, (await whole.arrayBuffer()).byteLength]).toEqual([200, bytes]);
  });
});

/** Waits until all is kept. @returns how long the best recording is. */
async function archived(): Promise<number> {
  const id = await callId();
  const states = async () => (await server.offhook.calls.get(id))?.recordings.map(({ state }) => state) ?? [];
  await expect.poll(async () => new Set(await states()), { timeout: 10_000 }).toEqual(new Set(["archived"]));
  return (await (await server.ask(path)).arrayBuffer()).byteLength;
}

interface Source {
  pull(controller: ReadableStreamDefaultController<Uint8Array>): void | Promise<void>;
  cancel?(): void;
}

/** An answer that is read as it is asked for, and no faster. */
function answerOf(source: Source, bytes: number): Response {
  return new Response(new ReadableStream(source, { highWaterMark: 0 }), {
    headers: { "content-type": "audio/x-wav", "content-length": String(bytes) },
  });
}
