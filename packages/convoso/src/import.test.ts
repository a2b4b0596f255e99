import { createOffhook, memoryStorage, type ImportSummary } from "@offhook/core";
import { convosoLife } from "@offhook/testing";
import { describe, expect, test } from "vitest";
import { createConvosoClient } from "./create-client.ts";
import { authToken, fakeConvoso, logResult, manyCalls, type Json } from "./fixtures/api.ts";
import { rawDelivery } from "./fixtures/translate.ts";
import { useNetwork } from "./fixtures/network.ts";
import { convoso } from "./provider.ts";

const server = useNetwork();

/** An Offhook to which the life of the samples was pushed, and whose account has these calls in its log. */
async function offhookWith(calls: readonly Json[]) {
  server.use(...fakeConvoso({ calls }).handlers);
  const timeZone = "America/New_York";
  const client = createConvosoClient({ authToken, timeZone });
  const provider = convoso({ verification: { none: "a test" }, timeZone, client });
  const offhook = createOffhook({ providers: [provider], storage: memoryStorage(), runJobs: false });
  for (const { body, contentType } of convosoLife()) {
    const { status } = await offhook.handle(rawDelivery({ body, contentType: contentType ?? "" }));
    expect(status).toBe(200);
  }
  const importAll = (): Promise<ImportSummary> =>
    offhook.importCalls({
      provider: "convoso",
      from: "2026-11-20T00:00:00Z",
      to: "2026-11-21T00:00:00Z",
      restart: true,
    });
  return { offhook, importAll };
}

/** What the log says of the call of the samples. */
const pushed = (extra: Json = {}): Json =>
  logResult({
    id: "2073617",
    lead_id: "408159",
    last_name: "Núñez",
    phone_number: "4155550199",
    number_dialed: "14155550199",
    caller_id_displayed: "4155550100",
    call_date: "2026-11-20 05:00:00",
    agent_comment: "Wants the green one",
    session_id: null,
    recording: [{ src: "https://example.test/r/2073617.mp3" }],
    ...extra,
  });

describe("A02, D16: an import after webhooks", () => {
  test("leaves what is known as it is, and adds the rest once", async () => {
    const { offhook, importAll } = await offhookWith([pushed(), ...manyCalls(600)]);
    const [before] = (await offhook.calls.list()).data;
    expect(await importAll()).toMatchObject({
      seen: 601,
      created: 600,
      updated: 0,
      unchanged: 1,
      failed: 0,
      requests: 2,
    });
    expect(await offhook.calls.get("call_convoso_2073617")).toEqual(before);
    expect(await importAll()).toMatchObject({ seen: 601, created: 0, updated: 0, unchanged: 601 });
  });

  test("E07: follows a call that goes from one disposition to another and back", async () => {
    const { offhook, importAll } = await offhookWith([pushed({ status: "NI", status_name: "Not interested" })]);
    expect(await importAll()).toMatchObject({ updated: 1 });
    expect((await offhook.calls.list()).data[0]).toMatchObject({ disposition: "NI", conversion: { converted: false } });
    server.use(...fakeConvoso({ calls: [pushed()] }).handlers);
    expect(await importAll()).toMatchObject({ updated: 1 });
    expect((await offhook.calls.list()).data[0]).toMatchObject({
      disposition: "SALE",
      conversion: { converted: true },
    });
    expect(await importAll()).toMatchObject({ updated: 0, unchanged: 1 });
  });
});
