import { describe, expect, test } from "vitest";
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

test("a body that somebody is reading is not waited for", async () => {
  const { request, fate } = chunked(10);
  const reader = request.body?.getReader();
  await expect(bodyOf(request)(maxBytes)).rejects.toMatchObject({ code: "body_already_parsed" });
  reader?.releaseLock();
  expect(fate.isCancelled).toBe(false);
});
