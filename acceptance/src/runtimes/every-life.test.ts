import { expect, test } from "vitest";
import { everyLife, signedLives } from "../every-life.ts";
import { bundleProgram } from "./bundle.ts";
import { onRuntime } from "./on-runtime.ts";
import { question } from "./running.ts";
import { runtimes, workerd } from "./runtime.ts";
import { sendAll } from "./send-lives.ts";
import { start } from "./start.ts";

const ended = [
  "call_callrail_CAL000000000000000000000000000000a0",
  "call_convoso_2073780",
  "call_twilio_CA000000000000000000000000000000a1",
  "call_twilio_CA000000000000000000000000000000a2",
  "call_twilio_CA000000000000000000000000000000a4",
];

for (const runtime of runtimes) {
  onRuntime(runtime, () => {
    test(`${runtime.name}: every provider's life, over HTTP, gives the byte-identical calls`, async () => {
      const running = await start(runtime, "lives", runtime.door);
      try {
        const samples = await signedLives();
        const forged = samples.map((sample) => ({ ...sample, body: new TextEncoder().encode("{}") }));
        const refused = await sendAll(running, forged);
        expect(refused.map(({ status }) => status)).toEqual(forged.map(() => 401));
        expect(await question(running, "/calls")).toEqual([]);

        const taken = await sendAll(running, samples);
        expect(new Set(taken.map(({ status }) => status))).toEqual(new Set([200, 204]));
        expect(taken.filter(({ body }) => body.includes('"duplicate":true'))).toEqual([]);
        const calls = await everyLife();
        expect(JSON.stringify(await question(running, "/calls"))).toBe(calls);

        const again = await sendAll(running, samples);
        expect(again.map(({ body }) => body)).toEqual(taken.map(({ body }) => body.replace('":false}', '":true}')));
        expect(JSON.stringify(await question(running, "/calls"))).toBe(calls);
        expect(await question(running, "/drained")).toMatchObject({ done: ended.length, failed: 0, ended });
      } finally {
        await running.close();
      }
    }, 60_000);
  });
}

test("what a Worker gets names nothing of Node", async () => {
  const { text, inputs } = await bundleProgram("lives", "worker", workerd.resolution);
  expect(text).not.toMatch(/["']node:|\bBuffer\b/);
  expect(inputs.filter((file) => /hmac\.(node|web)\.ts$/.test(file))).toEqual(["packages/core/src/hmac.web.ts"]);
});
