import { afterEach, expect, test, vi } from "vitest";

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** Whether an event that waits already is handled before the next turn. */
async function letsEventsIn(): Promise<boolean> {
  const { nextTurn } = await import("./next-turn.ts");
  let isHandled = false;
  setImmediate(() => (isHandled = true));
  await nextTurn();
  return isHandled;
}

test("lets the events in that wait already", async () => {
  expect(await letsEventsIn()).toBe(true);
});

test("asks nothing of what Next's edge runtime only has the name of", async () => {
  const { setImmediate: real } = globalThis;
  vi.stubGlobal("EdgeRuntime", "edge-runtime");
  vi.stubGlobal("setImmediate", () => {
    throw new Error("not supported");
  });
  const { nextTurn } = await import("./next-turn.ts");
  let isHandled = false;
  real(() => (isHandled = true));
  await nextTurn();
  expect(isHandled).toBe(true);
});

test("waits for nothing on Workers, where a request may not wait for another's timer", async () => {
  vi.stubGlobal("navigator", { userAgent: "Cloudflare-Workers" });
  expect(await letsEventsIn()).toBe(false);
});
