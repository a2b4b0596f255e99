import { describe, expect, test, vi } from "vitest";
import { bodyOf } from "./fetch.ts";

const maxBytes = 2048;

/** A body that comes in chunks of a kibibyte, and what has become of it. */
function chunked(chunks: number, headers: Record<string, string> = {}) {
  const fate = { sent: 0, isCancelled: false };
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      // As from a network: others get their turn in between.
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (fate.sent === chunks) return controller.close();
      fate.sent += 1;
      controller.enqueue(new Uint8Array(1024));
    },
    cancel() {
      fate.isCancelled = true;
    },
  });
  // Node asks for "duplex"; the types of the web do not know it.
  const init: RequestInit & { duplex: "half" } = { method: "POST", headers, body, duplex: "half" };
  return { fate, request: new Request("https://hooks.example.com", init) };
}

describe("a body that is too large", () => {
  test.each([
    ["in chunks", {}],
    ["of a stated length", { "content-length": String(10 * 1024) }],
  ])("arrives to its end before it is refused, %s", async (_how, headers) => {
    const { request, fate } = chunked(10, headers);
    await expect(bodyOf(request)(maxBytes)).rejects.toMatchObject({ code: "body_too_large" });
    expect(fate).toEqual({ sent: 10, isCancelled: false });
  });

  test("that does not end is waited for no longer than a second", async () => {
    const { request, fate } = chunked(Infinity);
    const startMs = performance.now();
    await expect(bodyOf(request)(maxBytes)).rejects.toMatchObject({ code: "body_too_large" });
    expect(performance.now() - startMs).toBeLessThan(3_000);
    expect(fate.isCancelled).toBe(true);
  });
});

test("a body whose stated length is too large is refused without being kept", async () => {
  const { request } = chunked(Infinity, { "content-length": String(2 ** 40) });
  // Kept, it would never come to an end.
  await expect(bodyOf(request)(maxBytes)).rejects.toMatchObject({ code: "body_too_large" });
});

test("a body that is larger than it says is refused", async () => {
  const { request } = chunked(3, { "content-length": "10" });
  await expect(bodyOf(request)(maxBytes)).rejects.toMatchObject({ code: "body_too_large" });
});

test.each([{}, { "content-length": "100" }])(
  "a body that does not come within 15 seconds is given up: %j",
  async (headers) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const body = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) });
      const init: RequestInit & { duplex: "half" } = { method: "POST", headers, body, duplex: "half" };
      const reading = bodyOf(new Request("https://hooks.example.com", init))(maxBytes);
      // Handled before time goes on.
      const outcome = reading.catch((error: unknown) => error);
      await vi.advanceTimersByTimeAsync(15_000);
      // And for the rest a second more.
      await vi.advanceTimersByTimeAsync(1_000);
      expect(await outcome).toMatchObject({ code: "body_timeout" });
    } finally {
      vi.useRealTimers();
    }
  },
);

test("a body that somebody is reading is not waited for", async () => {
  const { request, fate } = chunked(10);
  const reader = request.body?.getReader();
  await expect(bodyOf(request)(maxBytes)).rejects.toMatchObject({ code: "body_already_parsed" });
  reader?.releaseLock();
  expect(fate.isCancelled).toBe(false);
});
