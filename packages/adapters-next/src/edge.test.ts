import { adapterCases, type AdapterTarget } from "@offhook/testing/conformance";
import { afterAll, beforeAll, describe, test } from "vitest";
import { startTestApp } from "./test-app.ts";

const lacks = {
  peer: "the edge runtime does not tell who opened the connection",
  abort: "Next's edge runtime does not tell that a sender has broken off",
  "raw-target": "Next writes the query anew, and on the edge runtime nothing tells how it was",
};

describe("Adapter contract: Next, edge runtime", () => {
  let server: AdapterTarget;
  beforeAll(async () => {
    server = await startTestApp("edge", "/api/webhooks/state");
    // Where core calls what this runtime lacks, a request hangs, and then every case would.
    const forged = { method: "POST", body: "{}", signal: AbortSignal.timeout(10_000) };
    await fetch(`http://127.0.0.1:${server.port}/api/webhooks/subject`, forged);
  }, 120_000);
  afterAll(() => server.close());

  for (const each of adapterCases()) {
    const reasons = (each.needs ?? []).map((need) => lacks[need]);
    // Next also changes what every other server leaves alone.
    if (each.title.includes("?q=a%20b")) reasons.push(lacks["raw-target"]);
    // oxlint-disable-next-line vitest/expect-expect, vitest/valid-title -- the case throws, and its title is data
    test(each.title, { timeout: 30_000 }, async ({ skip }) => {
      if (reasons.length > 0) skip(reasons.join("; "));
      await each.run(server);
    });
  }
});
