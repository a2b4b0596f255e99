import { vendorFetch } from "@offhook/testing/vendors";
import { expect, test } from "vitest";
import { onRuntime } from "./on-runtime.ts";
import type { Imported } from "./programs/import-everything.ts";
import { app as onThisNode } from "./programs/imports.ts";
import { fakeVendors } from "./programs/vendor-providers.ts";
import { question } from "./running.ts";
import { runtimes, workerd } from "./runtime.ts";
import { start, type StartOptions } from "./start.ts";

const expected = JSON.stringify(await onThisNode.questions["/imported"]?.());

test("the import brings two calls of each vendor, with their recordings", () => {
  const { created, calls, recordingHashes } = JSON.parse(expected) as Imported;
  expect(created).toEqual({ callrail: 2, convoso: 2, elevenlabs: 2, retell: 2, twilio: 2 });
  expect(calls).toHaveLength(10);
  expect(Object.keys(recordingHashes)).toHaveLength(10);
});

for (const runtime of runtimes) {
  onRuntime(runtime, () => {
    test(`${runtime.name}: imports every vendor's calls and recordings`, async () => {
      const running = await start(runtime, "imports", runtime.door);
      try {
        expect(JSON.stringify(await question(running, "/imported"))).toBe(expected);
      } finally {
        await running.close();
      }
    }, 60_000);
  });
}

onRuntime(workerd, () => {
  test("workerd: imports them by its own fetch, redirects and sound included", async () => {
    const answer = vendorFetch(fakeVendors());
    const network: StartOptions["network"] = async ({ url, method, headers, body }) => {
      const bytes = await new Response(body).arrayBuffer();
      const sent = bytes.byteLength === 0 ? {} : { body: bytes };
      // What redirects is the Worker's to follow.
      return answer(url, { method, headers: [...headers], redirect: "manual", ...sent });
    };
    const running = await start(workerd, "imports-over-fetch", "worker", { network });
    try {
      expect(JSON.stringify(await question(running, "/imported"))).toBe(expected);
    } finally {
      await running.close();
    }
  }, 60_000);
});
