import { createOffhook, memoryStorage, type Call } from "@offhook/core";
import { permutations } from "@offhook/testing";
import { describe, expect, test } from "vitest";
import { rawDelivery, receivedAtMs, type Sent } from "./fixtures/translate.ts";
import { convoso } from "./provider.ts";

const provider = convoso({ verification: { none: "a test" }, timeZone: "America/New_York" });

async function send(pushes: readonly Sent[]): Promise<Call> {
  let nowMs = receivedAtMs;
  const receiver = createOffhook({ providers: [provider], storage: memoryStorage(), now: () => nowMs, runJobs: false });
  for (const push of pushes) {
    nowMs += 1000;
    expect((await receiver.handle(rawDelivery(push))).status).toBe(200);
  }
  const { data } = await receiver.calls.list();
  const [call] = data;
  if (call === undefined || data.length > 1) throw new Error(`expected one call, got ${data.length}`);
  return call;
}

const push = (fields: object): Sent => ({ body: JSON.stringify({ call_id: "7", ...fields }) });

describe("one call, told of several times", () => {
  test("E07, trap 13: the newest disposition stands, with everything that follows from it", async () => {
    const sale = await send([push({ disposition: "AM", duration: 31 }), push({ disposition: "SALE", duration: 31 })]);
    expect(sale).toMatchObject({
      disposition: "SALE",
      status: "completed",
      outcome: "answered",
      conversion: { converted: true },
    });
    const none = await send([push({ disposition: "SALE", duration: 31 }), push({ disposition: "NA", duration: 31 })]);
    expect(none).toMatchObject({
      disposition: "NA",
      status: "no_answer",
      outcome: "missed",
      conversion: { converted: false },
    });
  });

  test("trap 13: a time of change beats the time of arrival", async () => {
    const earlier = push({ disposition: "CB", modified_at: "2026-11-20 10:01:00" });
    const later = push({ disposition: "SALE", modified_at: "2026-11-20 10:02:00" });
    for (const order of [
      [earlier, later],
      [later, earlier],
    ]) {
      expect(await send(order)).toMatchObject({ disposition: "SALE", conversion: { converted: true } });
    }
  });

  test("a push without a disposition never overrides one, in any order", async () => {
    const pushes = [
      push({ disposition: "NA", duration: 31 }),
      push({ duration: 31, recording: "https://a.test/1.mp3" }),
      push({ disposition: "INCALL" }),
      push({ recording: "1.wav" }),
    ];
    for (const order of permutations(pushes)) {
      const call = await send(order);
      expect(call).toMatchObject({ status: "no_answer", outcome: "missed", durationSeconds: 31 });
      expect(call.recordings).toMatchObject([{ state: "available", url: "https://a.test/1.mp3" }]);
    }
  });

  test("E15: the same push again changes nothing", async () => {
    const call = await send([push({ disposition: "NI" })]);
    expect(await send([push({ disposition: "NI" }), push({ disposition: "NI" })])).toEqual(call);
  });
});
