import type { Call, ConnectionTest, ImportSummary, IntegrationStatus, ReconcileSummary } from "@offhook/core";
import { retellLife, signSample, twilioLife, type SampleOptions } from "@offhook/testing";
import {
  fakeCallRail,
  fakeConvoso,
  fakeElevenLabs,
  fakeRetell,
  fakeTwilio,
  vendorFetch,
} from "@offhook/testing/vendors";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startTestServer, type TestServer } from "./test-server.ts";

const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;

const vendors = () => ({
  callrail: fakeCallRail(),
  elevenlabs: fakeElevenLabs(),
  twilio: fakeTwilio(),
  convoso: fakeConvoso(),
  retell: fakeRetell(),
});

let world: ReturnType<typeof vendors>;
let server: TestServer;

beforeEach(async () => {
  world = vendors();
  server = await startTestServer(
    {
      OFFHOOK_PUBLIC_URL: "https://app.example.com",
      CALLRAIL_API_KEY: world.callrail.clientOptions.apiKey,
      CALLRAIL_ACCOUNT_ID: world.callrail.clientOptions.accountId,
      CALLRAIL_COMPANY_ID: world.callrail.clientOptions.companyId,
      ELEVENLABS_API_KEY: world.elevenlabs.clientOptions.apiKey,
      TWILIO_ACCOUNT_SID: world.twilio.clientOptions.accountSid,
      TWILIO_AUTH_TOKEN: world.twilio.clientOptions.authToken,
      CONVOSO_AUTH_TOKEN: world.convoso.clientOptions.authToken,
      RETELL_API_KEY: world.retell.clientOptions.apiKey,
      OFFHOOK_RECORDING_HOSTS: world.retell.clientOptions.recordingHosts.join(","),
      OFFHOOK_ARCHIVE_RECORDINGS: "true",
    },
    { fetch: vendorFetch(Object.values(world)) },
  );
});
afterEach(() => server.close());

async function read<Body>(path: string, status = 200): Promise<Body> {
  const response = await server.ask(path);
  expect(response.status, path).toBe(status);
  return (await response.json()) as Body; // the routes answer in the exported types
}

async function send<Body>(path: string, body: object = {}, status = 200): Promise<Body> {
  const response = await server.ask(path, {
    method: "POST",
    headers: { authorization: `Bearer ${server.adminToken}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.status, path).toBe(status);
  return (await response.json()) as Body; // as above
}

const names = ["callrail", "elevenlabs", "twilio", "convoso", "retell"] as const;

describe.each(names)("%s", (name) => {
  const base = `/api/integrations/${name}`;
  const keys = ["a1", "b2", "c3"];
  const add = (): string[] =>
    keys.map((key, index) => world[name].add({ key, startMs: Date.now() - dayMs - index * hourMs }));

  test("M01, M02, M08, A04, A06: the status, and whether the credentials are good", async () => {
    expect(await read<IntegrationStatus>(`${base}/status`)).toMatchObject({
      provider: name,
      connected: true,
      missing: [],
      callsToday: 0,
      import: null,
    });
    expect(await read<ConnectionTest>(`${base}/test-connection`)).toMatchObject({
      provider: name,
      ok: true,
      error: null,
    });
  });

  test.each([7, 30, 90])("M03, A02, D16, U03: an import of %i days answers with its summary", async (days) => {
    add();
    const summary = await send<ImportSummary>(`${base}/import-calls`, { days_back: days });
    expect(summary).toMatchObject({ state: "finished", seen: 3, created: 3, failed: 0, part: 1, notes: [] });
    expect((await read<{ data: unknown[] }>(`/api/calls?provider=${name}`)).data).toHaveLength(3);
    expect(await send<ImportSummary>(`${base}/import-calls`, { days_back: days })).toMatchObject({ unchanged: 3 });
    expect((await read<IntegrationStatus>(`${base}/status`)).import).toMatchObject({ state: "finished", seen: 3 });
  });

  test("M04, A03: one call, as the vendor has it and as it is stored", async () => {
    const [id = ""] = add();
    const path = `${base}/call/${encodeURIComponent(id)}`;
    expect(await read(path)).toMatchObject({ vendor: { status: "completed" } });
    expect(Object.keys(await read<object>(path))).toEqual(["vendor"]);
    await send(`${base}/import-calls`, { days_back: 7 });
    expect(await read(path)).toMatchObject({ vendor: { status: "completed" }, stored: { status: "completed" } });
    for (const unknown of ["nobody", `call_${name}_${encodeURIComponent(id)}`]) {
      expect(await read(`${base}/call/${unknown}`, 404)).toMatchObject({
        error: {
          code: "api_not_found",
          message: `${name} knows no call with this id; this route takes the vendor's own id`,
        },
      });
    }
  });

  test("A07: reconcile repairs and says what was missed", async () => {
    world[name].add({ key: "e5", startMs: Date.now() - 2 * hourMs });
    expect(await send<ReconcileSummary>(`${base}/reconcile`)).toMatchObject({
      created: 1,
      missed: { call: 1 },
      notes: [{ code: "no_deliveries" }],
    });
    expect(await send<ReconcileSummary>(`${base}/reconcile`, { hours: 26 })).toMatchObject({
      unchanged: 1,
      created: 0,
    });
  });
});

test.each(["callrail", "elevenlabs", "twilio", "retell"] as const)(
  "M05, A05: %s is told where to send its webhooks",
  async (name) => {
    const base = `/api/integrations/${name}`;
    const { targets } = await send<{ targets: { state: string; url: string }[] }>(`${base}/setup-webhook`);
    expect(targets.length).toBeGreaterThan(0);
    for (const { state, url } of targets) {
      expect(state).toBe("set");
      expect(url).toMatch(new RegExp(`^https://app\\.example\\.com/api/webhooks/${name}`));
    }
    const again = await send<{ targets: { state: string }[] }>(`${base}/setup-webhook`);
    expect(new Set(again.targets.map(({ state }) => state))).toEqual(new Set(["unchanged"]));
  },
);

test("M05: convoso has no API for webhooks, and the answer says where to go", async () => {
  expect(await send("/api/integrations/convoso/setup-webhook", {}, 400)).toMatchObject({
    error: { code: "option_invalid", message: expect.stringContaining("console") as string },
  });
});

test("D15: a revoked key is a clear error, without the key", async () => {
  const other = fakeRetell({ apiKey: "key_of_another_account" });
  const revoked = await startTestServer({ RETELL_API_KEY: "key_that_was_revoked" }, { fetch: vendorFetch([other]) });
  try {
    const tried = await (await revoked.ask("/api/integrations/retell/test-connection")).json();
    const message = expect.stringMatching(/; check RETELL_API_KEY$/) as string;
    expect(tried).toMatchObject({ ok: false, error: { code: "api_unauthorized", status: 401, message } });
    const headers = { authorization: `Bearer ${revoked.adminToken}`, "content-type": "application/json" };
    const post = (path: string, body: object) =>
      revoked.ask(`/api/integrations/retell/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    for (const begun of [post("import-calls", { days_back: 7 }), post("reconcile", {})]) {
      const response = await begun;
      // So that cron and curl -f notice it.
      expect(response.status).toBe(502);
      expect(await response.json()).toMatchObject({
        success: false,
        error: { code: "api_unauthorized", message, docs: "docs/errors.md#api_unauthorized" },
        provider: "retell",
        state: "failed",
        seen: 0,
        notes: expect.any(Array) as unknown,
      });
    }
    const seen = await revoked.ask("/api/integrations/retell/status");
    expect(await seen.json()).toMatchObject({ import: { error: { message } }, reconcile: { error: { message } } });
    expect(await answerOf(revoked, "/api/integrations/retell/call/call_1")).toMatchObject([
      502,
      { error: { message } },
    ]);
    expect(JSON.stringify([tried, revoked.logged])).not.toContain("key_that_was_revoked");
  } finally {
    await revoked.close();
  }
});

describe("M08: a vendor without credentials", () => {
  const variables = {
    callrail: ["CALLRAIL_API_KEY", "CALLRAIL_ACCOUNT_ID"],
    elevenlabs: ["ELEVENLABS_API_KEY"],
    twilio: ["TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"],
    convoso: ["CONVOSO_AUTH_TOKEN"],
    retell: ["RETELL_API_KEY"],
  };
  const routes = [
    ["GET", "test-connection"],
    ["GET", "call/CA1"],
    ["POST", "import-calls"],
    ["POST", "reconcile"],
    ["POST", "setup-webhook"],
  ] as const;
  let bare: TestServer;

  beforeEach(async () => {
    bare = await startTestServer();
  });
  afterEach(() => bare.close());

  test.each(names)("%s: every route says which variables to set", async (name) => {
    const base = `/api/integrations/${name}`;
    const missing = variables[name];
    expect(await answerOf(bare, `${base}/status`)).toMatchObject([200, { connected: false, missing }]);
    for (const [method, route] of routes) {
      const body = route === "import-calls" ? { days_back: 7 } : {};
      const [status, { error }] = await answerOf(bare, `${base}/${route}`, method === "GET" ? undefined : body);
      expect([status, error?.code], route).toEqual([409, "client_missing"]);
      expect(error?.message).toBe(
        `The API of ${name} is not set up: set ${missing.join(" and ")}, and start the server again`,
      );
    }
    expect(await answerOf(bare, `${base}/import-calls/stop`, {})).toEqual([200, { stopped: false }]);
  });

  test("starts without a warning", () => {
    expect(bare.logged.map((line) => (JSON.parse(line) as { level: number }).level)).not.toContain(40);
  });

  test("what is set already is not asked for", async () => {
    const half = await startTestServer({ TWILIO_AUTH_TOKEN: "token", CALLRAIL_ACCOUNT_ID: "ACC1" });
    try {
      for (const [name, missing] of [
        ["twilio", "TWILIO_ACCOUNT_SID"],
        ["callrail", "CALLRAIL_API_KEY"],
      ] as const) {
        const base = `/api/integrations/${name}`;
        expect(await answerOf(half, `${base}/status`)).toMatchObject([200, { missing: [missing] }]);
        const [, { error }] = await answerOf(half, `${base}/test-connection`);
        expect(error?.message).toContain(`set ${missing},`);
      }
    } finally {
      await half.close();
    }
  });
});

test.each(["import-calls/stop", "setup-webhook", "reconcile"])(
  "M03, M05: POST %s takes no body, as fetch sends it",
  async (route) => {
    const headers = { authorization: `Bearer ${server.adminToken}` };
    const response = await server.ask(`/api/integrations/callrail/${route}`, { method: "POST", headers });
    expect(response.status).toBe(200);
    await response.arrayBuffer();
  },
);

describe("M05: what setup-webhook wants besides", () => {
  const start = (url: string | undefined) => {
    const { apiKey, accountId } = world.callrail.clientOptions;
    return startTestServer(
      {
        CALLRAIL_API_KEY: apiKey,
        CALLRAIL_ACCOUNT_ID: accountId,
        CONVOSO_AUTH_TOKEN: world.convoso.clientOptions.authToken,
        ...(url === undefined ? {} : { OFFHOOK_PUBLIC_URL: url }),
      },
      { fetch: vendorFetch(Object.values(world)) },
    );
  };

  test("CallRail's company, by the name of its variable", async () => {
    const other = await start("https://app.example.com");
    try {
      const missing = ["CALLRAIL_COMPANY_ID"];
      expect(await answerOf(other, "/api/integrations/callrail/status")).toMatchObject([
        200,
        { connected: true, missing },
      ]);
      const [status, { error }] = await answerOf(other, "/api/integrations/callrail/setup-webhook", {});
      expect([status, error?.code]).toEqual([400, "option_invalid"]);
      expect(error?.message).toBe(
        "callrail cannot be told where to send webhooks: set CALLRAIL_COMPANY_ID, and start the server again",
      );
    } finally {
      await other.close();
    }
  });

  test("an address that vendors reach, after a client, and not where there is no API to tell it", async () => {
    const local = await start(undefined);
    try {
      const [status, { error }] = await answerOf(local, "/api/integrations/callrail/setup-webhook", {});
      expect([status, error?.code]).toEqual([400, "option_invalid"]);
      expect(error?.message).toBe(
        `OFFHOOK_PUBLIC_URL: expected an https address that vendors reach, got ${local.publicUrl}`,
      );
      const [, { error: console }] = await answerOf(local, "/api/integrations/convoso/setup-webhook", {});
      expect(console?.message).toContain("console");
    } finally {
      await local.close();
    }
  });
});

interface Told {
  readonly error?: { readonly code: string; readonly message: string };
}

/** Of a server of the test's own. */
async function answerOf(asked: TestServer, path: string, body?: object): Promise<[number, Told]> {
  const response = await asked.ask(path, {
    headers: { authorization: `Bearer ${asked.adminToken}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
  });
  return [response.status, (await response.json()) as Told]; // every refusal has the shape
}

test.each([
  ["import-calls", {}],
  ["import-calls", { days_back: 0 }],
  ["import-calls", { days_back: 7, from: "2026-11-01" }],
  ["import-calls", { from: "2026-11-02", to: "2026-11-01" }],
  ["import-calls", { days: 7 }],
  ["reconcile", { hours: 1.5 }],
  ["reconcile", { hours: 2, from: "2026-11-01" }],
  ["reconcile", { to: "2026-11-01" }],
])("M03: %s of %j is refused", async (route, body) => {
  expect(await send(`/api/integrations/twilio/${route}`, body, 400)).toMatchObject({ success: false });
});

test.each([
  "2026-02-31",
  "2025-02-29",
  "2026-00-10",
  "2026-13-01",
  "2026-04-31T10:00:00Z",
  "2026-11-20T10:00:00",
  "2026-11-20T10:00",
  "2026-11-20T25:00:00Z",
  "20.11.2026",
  1_780_000_000,
])("M03: %j is no time", async (time) => {
  for (const [route, member, body] of [
    ["import-calls", "from", { from: time }],
    ["import-calls", "to", { from: "2020-01-01", to: time }],
    ["reconcile", "from", { from: time }],
  ] as const) {
    expect(await send(`/api/integrations/twilio/${route}`, body, 400)).toMatchObject({
      error: {
        code: "payload_invalid",
        message: `Member "${member}": expected an ISO-8601 time with its zone such as 2026-11-20T10:00:00Z, or a day such as 2026-11-20, which is a day in UTC`,
      },
    });
  }
});

test.each([
  ["2024-02-29", "2024-02-29T00:00:00.000Z"],
  ["2024-02-29T23:30:00-02:00", "2024-03-01T01:30:00.000Z"],
  ["2024-02-28T10:00Z", "2024-02-28T10:00:00.000Z"],
])("M03: %s is a time", async (from, iso) => {
  const to = "2024-03-02";
  expect(await send<ImportSummary>("/api/integrations/twilio/import-calls", { from, to })).toMatchObject({
    from: iso,
    to: "2024-03-02T00:00:00.000Z",
  });
});

test("M08: providers that there are not, and methods that are not", async () => {
  await read("/api/integrations/vonage/status", 400);
  await read("/api/integrations/twilio/import-calls", 405);
  expect((await server.ask("/api/integrations/twilio/status", { headers: {} })).status).toBe(401);
});

test("M03: an import that takes longer goes on in the background, and can be stopped", async () => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const answer = vendorFetch([world.twilio]);
  const slow = await startTestServer(
    {
      TWILIO_ACCOUNT_SID: world.twilio.clientOptions.accountSid,
      TWILIO_AUTH_TOKEN: world.twilio.clientOptions.authToken,
    },
    {
      fetch: async (input, init) => {
        await held;
        return answer(input, init);
      },
    },
  );
  try {
    const headers = { authorization: `Bearer ${slow.adminToken}`, "content-type": "application/json" };
    const post = (path: string, body: object) =>
      slow.ask(`/api/integrations/twilio/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    const begun = post("import-calls", { days_back: 7 });
    await expect
      .poll(
        async () => ((await (await slow.ask("/api/integrations/twilio/status")).json()) as IntegrationStatus).import,
      )
      .toMatchObject({ state: "running" });
    expect(await (await post("import-calls/stop", {})).json()).toEqual({ stopped: true });
    expect(await (await begun).json()).toMatchObject({ state: "stopped" });
    expect(await (await post("import-calls/stop", {})).json()).toEqual({ stopped: false });
  } finally {
    release();
    await slow.close();
  }
});

async function deliver(life: ReturnType<typeof twilioLife>): Promise<void> {
  for (const sample of life) {
    const provider = server.providers.find((each) => each.name === sample.provider);
    if (provider === undefined) throw new RangeError(`No provider "${sample.provider}"`);
    const { status } = await server.send(await signSample(provider, sample));
    expect(status, sample.name).toBeLessThan(300);
  }
}

test("A14: a recording streams through the server, whole and in parts, and comes from the archive afterwards", async () => {
  const options: SampleOptions = { key: "d4", startMs: Date.now() - hourMs };
  world.retell.add(options);
  await deliver(retellLife(options));
  const [call] = (await read<{ data: { id: string }[] }>("/api/calls?provider=retell")).data;
  const path = `/api/calls/${call?.id ?? ""}/recording`;
  const stateOf = async () =>
    (await read<{ recordings: { state: string }[] }>(`/api/calls/${call?.id ?? ""}`)).recordings[0]?.state;
  await expect.poll(stateOf, { timeout: 5_000 }).toBe("archived");
  const whole = await server.ask(path);
  expect([whole.status, whole.headers.get("content-type"), whole.headers.get("accept-ranges")]).toEqual([
    200,
    expect.stringMatching(/^audio\//) as string,
    "bytes",
  ]);
  const bytes = new Uint8Array(await whole.arrayBuffer());
  expect(bytes.length).toBeGreaterThan(44);
  const headers = { authorization: `Bearer ${server.adminToken}`, range: "bytes=4-11" };
  const part = await server.ask(path, { headers });
  expect([part.status, part.headers.get("content-range")]).toEqual([206, `bytes 4-11/${bytes.length}`]);
  expect(new Uint8Array(await part.arrayBuffer())).toEqual(bytes.slice(4, 12));
  // Nobody asks the vendor again.
  const { requests } = world.retell;
  await (await server.ask(path)).arrayBuffer();
  expect(world.retell.requests).toBe(requests);
  for (const nothing of [`${path}?recording=other`, "/api/calls/call_retell_none/recording"]) {
    expect(await read(nothing, 404)).toMatchObject({ error: { code: "not_found" } });
  }
  expect((await server.ask(path, { headers: {} })).status).toBe(401);
});

test("A08: a call that Twilio carried and ElevenLabs talked on is one call, although the second webhook never came", async () => {
  const options: SampleOptions = { key: "f6", startMs: Date.now() - hourMs };
  await deliver(twilioLife(options));
  world.elevenlabs.add(options);
  // The job that looks for it waits for two minutes; the comparison does not.
  expect((await read<{ data: { kind: string }[] }>("/api/jobs?kind=find-call")).data).not.toEqual([]);
  await send("/api/integrations/elevenlabs/reconcile");
  const { data } = await read<{ data: Pick<Call, "references" | "analysis">[] }>("/api/calls?provider=elevenlabs");
  expect(data).toHaveLength(1);
  expect(data[0]?.references.map(({ provider }) => provider)).toContain("twilio");
  expect(data[0]?.analysis?.summary).toEqual(expect.any(String));
});
