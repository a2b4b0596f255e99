import { afterAll, beforeAll, describe, test } from "vitest";
import type { AdapterNeed, AdapterTarget } from "./adapter-case.ts";
import { adapterCases } from "./adapter-cases.ts";

/** What `describeAdapter` needs to know of an adapter. */
export interface AdapterSuiteOptions {
  /** For the titles. */
  readonly name: string;
  /** Starts an app that serves `createAdapterSubject().offhook`, also at `/api/webhooks`. Called once. */
  readonly start: () => Promise<AdapterTarget>;
  /** What the server before the adapter does not give, with the reason, which the tests then show. */
  readonly lacks?: { readonly [Need in AdapterNeed]?: string };
  /** How long starting may take. Milliseconds; default 10,000. */
  readonly startTimeoutMs?: number;
}

/**
 * Defines the tests that every adapter to a framework or runtime has to pass, with vitest: the same requests over real
 * HTTP, and the same answers byte for byte. Other runners take `adapterCases`.
 */
export function describeAdapter({ name, start, lacks = {}, startTimeoutMs = 10_000 }: AdapterSuiteOptions): void {
  describe(`Adapter contract: ${name}`, () => {
    let target: AdapterTarget | undefined;
    beforeAll(async () => {
      target = await start();
    }, startTimeoutMs);
    afterAll(async () => target?.close());

    for (const each of adapterCases()) {
      const reasons = (each.needs ?? []).flatMap((need) => lacks[need] ?? []);
      // oxlint-disable-next-line vitest/expect-expect, vitest/valid-title -- the case throws, and its title is data
      test(each.title, { timeout: 30_000 }, async ({ skip }) => {
        if (reasons.length > 0) skip(reasons.join("; "));
        if (target === undefined) throw new Error("start: expected a target, got none");
        await each.run(target);
      });
    }
  });
}
