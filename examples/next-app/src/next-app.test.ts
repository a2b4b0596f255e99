import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createOffhook } from "@offhook/core";
import { sqliteStorage } from "@offhook/storage-sqlite";
import { signSample, twilioLife } from "@offhook/testing";
import { twilio } from "@offhook/twilio";
import { expect, test, vi } from "vitest";
import { buildNextApp, startNextApp } from "../../../tooling/next-server.ts";

const authToken = "next-app token";
const publicUrl = "https://app.example.com";

test("the app stores a signed call and tells that it ended", { timeout: 120_000 }, async () => {
  const workingFolder = await mkdtemp(join(tmpdir(), "offhook-next-app-"));
  const variables = { TWILIO_AUTH_TOKEN: authToken, OFFHOOK_PUBLIC_URL: publicUrl };
  const app = { folder: join(import.meta.dirname, ".."), variables, workingFolder };
  try {
    await buildNextApp(app);
    const server = await startNextApp(app);
    try {
      for (const sample of twilioLife()) {
        const { method, url, headers, body } = await signSample(twilio({ authToken, publicUrl }), sample);
        const response = await fetch(`http://127.0.0.1:${server.port}${url}`, { method, headers, body });
        expect(response.status).toBe(204);
      }
      await vi.waitFor(() => expect(server.output()).toMatch(/^call_twilio_CA0+: answered, 61 s$/m), 10_000);
    } finally {
      await server.close();
    }
    const offhook = createOffhook({ providers: [], storage: sqliteStorage({ path: join(workingFolder, "calls.db") }) });
    const { data } = await offhook.calls.list();
    await offhook.close();
    expect(data).toMatchObject([{ status: "completed", outcome: "answered", durationSeconds: 61 }]);
  } finally {
    await rm(workingFolder, { recursive: true, force: true });
  }
});
