import { expect, test } from "vitest";
import { openToy } from "./toy-offhook.ts";
import type { ToyPayload } from "./toy-provider.ts";

const ringing: ToyPayload = { call: "c1", type: "call.ringing", status: "ringing", at: "2026-11-20T10:00:00.000Z" };
const ended: ToyPayload = { call: "c1", type: "call.ended", status: "completed", at: "2026-11-20T10:01:00.000Z" };

test("F03: dead jobs are listed with their reason, and run again when they are asked to", async () => {
  let nowMs = Date.UTC(2026, 10, 20);
  let isBroken = true;
  const told: string[] = [];
  const { offhook, send } = openToy({
    now: () => nowMs,
    on: {
      "call.created": ({ id }) => {
        if (isBroken) throw new Error("the CRM is away");
        told.push(id);
      },
    },
  });
  await send(ringing);
  for (let attempt = 0; attempt < 8; attempt += 1) {
    await offhook.drain();
    nowMs += 14 * 60 * 60_000; // beyond the longest pause with its jitter
  }
  const { data } = await offhook.jobs.list({ state: "dead" });
  expect(data).toMatchObject([{ kind: "handle", attempts: 8, lastError: expect.stringContaining("the CRM is away") }]);
  expect((await offhook.health()).jobs.dead).toBe(1);
  isBroken = false;
  expect(await offhook.jobs.retry(["another"])).toBe(0);
  expect(await offhook.jobs.retry(data.map(({ id }) => id))).toBe(1);
  await offhook.drain();
  // The same id as ever: whoever has seen it knows that it is a repetition.
  expect(told).toHaveLength(1);
  expect(data[0]?.id).toContain(told[0]);
  expect(await offhook.jobs.retry("all")).toBe(0);
});

test("jobs that take no time leave room for what comes in meanwhile", async () => {
  let turns = 0;
  const { offhook, send } = openToy({ on: { "call.ended": () => undefined } });
  for (let index = 0; index < 500; index += 1) await send({ ...ended, call: `c${index}` });
  const counting = setInterval(() => (turns += 1), 0);
  await offhook.drain();
  clearInterval(counting);
  expect(turns).toBeGreaterThan(3);
});
