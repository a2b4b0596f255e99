import type { SignedSample } from "@offhook/testing";
import { afterEach, beforeEach, describe, expect, inject, test, vi } from "vitest";
import { authToken, createDatabase, endedLine, publicUrl, signedLife, type TestDatabase } from "./test-database.ts";
import worker, { type Env } from "./worker.ts";

const postgresUrl = inject("postgresUrl");

describe.skipIf(postgresUrl === undefined)("the Worker, called on Node", () => {
  let database: TestDatabase;
  let env: Env;
  let isWithinLimit: boolean;
  let pending: Promise<unknown>[];
  const limited: string[] = [];
  const context = {
    waitUntil: (promise: Promise<unknown>) => void pending.push(promise),
    passThroughOnException: () => undefined,
    props: {},
  };
  const log = vi.spyOn(console, "log");

  beforeEach(async () => {
    database = await createDatabase(postgresUrl ?? "");
    isWithinLimit = true;
    pending = [];
    limited.length = 0;
    log.mockClear();
    env = {
      TWILIO_AUTH_TOKEN: authToken,
      OFFHOOK_PUBLIC_URL: publicUrl,
      HYPERDRIVE: { connectionString: database.connectionString },
      UNVERIFIED: {
        async limit({ key }) {
          limited.push(key);
          return { success: isWithinLimit };
        },
      },
    };
  });
  afterEach(() => database.drop());

  async function send({ method, url, headers, body }: SignedSample): Promise<number> {
    const request = new Request(`${publicUrl}${url}`, {
      method,
      headers: { ...headers, "cf-connecting-ip": "203.0.113.7" },
      body,
    });
    const response = await worker.fetch(request, env, context);
    return response.status;
  }

  test("stores a signed call, and runs its handler after the answer", async () => {
    for (const sample of await signedLife()) expect(await send(sample)).toBe(204);
    await Promise.all(pending);
    expect(await database.calls()).toMatchObject([{ status: "completed", outcome: "answered", durationSeconds: 61 }]);
    expect(log.mock.calls).toEqual([[endedLine]]);
    expect(limited).toEqual([]);
  });

  test("refuses what is forged, and counts it for whom Cloudflare names", async () => {
    const [sample] = await signedLife();
    if (sample === undefined) throw new Error("expected a sample, got none");
    const forged = { ...sample, body: new TextEncoder().encode("CallSid=CA1") };
    expect(await send(forged)).toBe(401);
    isWithinLimit = false;
    expect(await send(forged)).toBe(429);
    await Promise.all(pending);
    expect(limited).toEqual(["203.0.113.7", "203.0.113.7"]);
    expect(await database.deliveries()).toMatchObject([{ status: "rejected", remoteAddress: "203.0.113.7" }]);
    expect(await database.calls()).toEqual([]);
  });

  test("runs by the clock what an answer has left", async () => {
    for (const sample of await signedLife()) await database.storeWithoutHandling(sample);
    worker.scheduled({}, env, context);
    await Promise.all(pending);
    expect(log.mock.calls).toEqual([[endedLine]]);
  });
});
