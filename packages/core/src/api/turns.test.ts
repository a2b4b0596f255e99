import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

const never = (): Promise<never> => new Promise(() => undefined);

test("so many run at a time, and the others in the order in which they came", async () => {
  const turns = new Turns(2);
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const work = (index: number) => () => {
    begun.push(index);
    return new Promise<void>((resolve) => ends.push(resolve));
  };
  const all = [0, 1, 2, 3].map((index) => turns.run(undefined, work(index)));
  await expect.poll(() => begun).toEqual([0, 1]);
  ends[1]?.();
  await expect.poll(() => begun).toEqual([0, 1, 2]);
  for (const end of ends) end();
  await expect.poll(() => begun).toEqual([0, 1, 2, 3]);
  for (const end of ends) end();
  await Promise.all(all);
});

test("whoever stops waiting gives its place to the next", async () => {
  const turns = new Turns(1);
  const ended = new AbortController();
  const stopper = new AbortController();
  const running = turns.run(undefined, async () => {
    await new Promise((resolve) => ended.signal.addEventListener("abort", resolve));
  });
  const waiting = turns.run(stopper.signal, never);
  const next = turns.run(undefined, () => Promise.resolve("next"));
  stopper.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  ended.abort();
  await running;
  expect(await next).toBe("next");
});

test("what fails gives its turn back", async () => {
  const turns = new Turns(1);
  await expect(turns.run(undefined, () => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
  expect(await turns.run(undefined, () => Promise.resolve(1))).toBe(1);
});
