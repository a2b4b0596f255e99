import { expect, test, vi } from "vitest";
import { silentLogger } from "./logger.ts";
import { newJob } from "./job.ts";
import { attemptJob } from "./run-job.ts";

test("what another copy of this package throws because something is not there yet is no failure", async () => {
  vi.resetModules();
  const copy = await import("./run-job.ts");
  expect(copy.attemptJob).not.toBe(attemptJob);
  const job = { ...newJob({ id: "j", tenantId: "default", kind: "handle", payload: {}, nowMs: 0 }), attempts: 3 };
  const { result } = await attemptJob(job, "lease", {
    run: () => Promise.reject(new copy.NotYet("not there yet", { delayMs: 5_000, isAttempt: false })),
    timeoutMs: 1_000,
    limits: { stopAtMs: Infinity },
    now: () => 0,
    logger: silentLogger,
    busy: new Set(),
  });
  expect(result).toMatchObject({ type: "retry", attempts: 2 });
});
