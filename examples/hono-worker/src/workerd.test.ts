import { join } from "node:path";
import type { SignedSample } from "@offhook/testing";
import { afterEach, beforeEach, describe, expect, inject, test } from "vitest";
import { bundleWorker } from "../../../acceptance/src/runtimes/bundle-worker.ts";
import { onRuntime } from "../../../acceptance/src/runtimes/on-runtime.ts";
import { workerd } from "../../../acceptance/src/runtimes/runtime.ts";
import { sendAll } from "../../../acceptance/src/runtimes/send-lives.ts";
import { startWorker, type RunningWorker } from "../../../acceptance/src/runtimes/start-worker.ts";
import { authToken, createDatabase, endedLine, publicUrl, signedLife, type TestDatabase } from "./test-database.ts";

const postgresUrl = inject("postgresUrl");

onRuntime(workerd, () => {
  describe.skipIf(postgresUrl === undefined)("the Worker on workerd", () => {
    let database: TestDatabase;
    let worker: RunningWorker;
    let output: string;

    beforeEach(async () => {
      database = await createDatabase(postgresUrl ?? "");
      output = "";
      worker = await startWorker(workerd.program ?? "", await bundleWorker(join(import.meta.dirname, "worker.ts")), {
        compatibilityFlags: ["nodejs_compat"],
        bindings: { TWILIO_AUTH_TOKEN: authToken, OFFHOOK_PUBLIC_URL: publicUrl },
        hyperdrives: { HYPERDRIVE: database.connectionString },
        ratelimits: { UNVERIFIED: { namespace_id: "1001", simple: { limit: 3, period: 60 } } },
        handleRuntimeStdio(...streams) {
          for (const stream of streams) stream.setEncoding("utf8").on("data", (text: string) => (output += text));
        },
      });
    }, 30_000);
    afterEach(async () => {
      await worker.close();
      await database.drop();
    });

    const endedLines = () => output.split("\n").filter((line) => line.startsWith("call_"));
    /** As Cloudflare hands it on. */
    const from = (address: string, samples: readonly SignedSample[]): SignedSample[] =>
      samples.map((sample) => ({ ...sample, headers: { ...sample.headers, "cf-connecting-ip": address } }));

    test("stores a signed call, and runs its handler once after the answer", async () => {
      const answers = await sendAll(worker, from("203.0.113.7", await signedLife()));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
      await expect.poll(endedLines, { timeout: 10_000 }).toEqual([endedLine]);
      expect(await database.calls()).toMatchObject([{ status: "completed", outcome: "answered", durationSeconds: 61 }]);
    });

    test("takes many at once, beside forgeries of which it soon refuses to hear", async () => {
      const life = from("203.0.113.7", await signedLife());
      const forged = life.map((sample) => ({ ...sample, body: new TextEncoder().encode("CallSid=CA1") }));
      const sending = Array.from({ length: 20 }, () => sendAll(worker, life));
      const refused = (await sendAll(worker, forged)).map(({ status }) => status);
      expect(new Set(refused)).toEqual(new Set([401, 429]));
      const taken = (await Promise.all(sending)).flat().map(({ status }) => status);
      expect(taken).toEqual(taken.map(() => 204));
      await expect.poll(endedLines, { timeout: 10_000 }).toEqual([endedLine]);
      expect(await database.calls()).toHaveLength(1);
      const rejected = (await database.deliveries()).filter(({ status }) => status === "rejected");
      expect(rejected.map(({ remoteAddress }) => remoteAddress)).toEqual(
        refused.filter((status) => status === 401).map(() => "203.0.113.7"),
      );
    }, 30_000);

    test("runs by the clock what an answer has left", async () => {
      for (const sample of await signedLife()) await database.storeWithoutHandling(sample);
      await worker.scheduled();
      await expect.poll(endedLines, { timeout: 10_000 }).toEqual([endedLine]);
    });
  });
});
