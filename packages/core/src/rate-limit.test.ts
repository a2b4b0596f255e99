import { afterEach, describe, expect, test } from "vitest";
import type { LogFields } from "./logger.ts";
import type { Offhook } from "./offhook.ts";
import type { OffhookOptions } from "./offhook-options.ts";
import { toyProvider } from "./toy-provider.ts";
import { openSenders, type ToySenders } from "./toy-senders.ts";

const opened: Offhook[] = [];
afterEach(async () => {
  for (const offhook of opened.splice(0)) await offhook.close();
});

function open(given: Partial<OffhookOptions> = {}): ToySenders {
  const toy = openSenders(given);
  opened.push(toy.offhook);
  return toy;
}

describe("S09, H1: unverified requests", () => {
  test("are answered 429 beyond a hundred in a minute, for each address", async () => {
    let nowMs = 0;
    const { ask } = open({ now: () => nowMs });
    for (let count = 0; count < 100; count += 1) expect(await ask("192.0.2.1")).toBe(401);
    expect(await ask("192.0.2.1")).toBe(429);
    expect(await ask("192.0.2.2")).toBe(401);
    nowMs = 59_999;
    expect(await ask("192.0.2.1")).toBe(429);
    nowMs = 60_000;
    expect(await ask("192.0.2.1")).toBe(401);
  });

  test("never keep a verified one of the same address out", async () => {
    const { ask, sendFrom, offhook } = open({ rateLimit: { perMinute: 2 } });
    for (let count = 0; count < 50; count += 1) {
      await ask("192.0.2.1");
      expect(await sendFrom("192.0.2.1", `c${count}`)).toBe(200);
    }
    expect((await offhook.health()).deliveries.rejected).toBe(2);
  });

  test("of one IPv6 network count together, and so do those of an unknown address", async () => {
    const { ask } = open({ rateLimit: { perMinute: 1 } });
    expect(await ask("2001:db8:1:2::1")).toBe(401);
    expect(await ask("2001:db8:1:2:ffff::9")).toBe(429);
    expect(await ask("2001:db8:1:3::1")).toBe(401);
    expect(await ask(undefined)).toBe(401);
    expect(await ask(undefined)).toBe(429);
  });

  test("beyond the limit are neither journaled nor logged one by one", async () => {
    const lines: string[] = [];
    const logger = { info() {}, warn: (_fields: object, message: string) => void lines.push(message), error() {} };
    const { ask, offhook } = open({ rateLimit: { perMinute: 3 }, logger });
    for (let count = 0; count < 500; count += 1) await ask("192.0.2.1");
    expect(lines.filter((line) => line.includes("429"))).toHaveLength(1);
    expect(lines).toHaveLength(4);
    expect((await offhook.deliveries.list({ limit: 10 })).data).toHaveLength(3);
  });

  test("that only look, test or prepare count as well", async () => {
    const { offhook } = open({ rateLimit: { perMinute: 3 }, echo: true });
    const look = async (method: string, path: string): Promise<number> =>
      (await offhook.handle({ method, url: `/api/webhooks/${path}`, headers: {}, body: new Uint8Array() })).status;
    expect(await look("GET", "toy")).toBe(200);
    expect(await look("POST", "test")).toBe(200);
    expect(await look("OPTIONS", "toy")).toBe(204);
    expect(await look("POST", "echo")).toBe(429);
    expect(await look("HEAD", "toy")).toBe(429);
  });

  test("can be counted by what several processes share, also by one that fails", async () => {
    const asked: (readonly [string, number])[] = [];
    const limiter = {
      take: (address: string, nowMs: number) => {
        asked.push([address, nowMs]);
        return asked.length < 3 ? Promise.resolve(asked.length < 2) : Promise.reject(new Error("Redis is away"));
      },
    };
    const { ask } = open({ rateLimit: { limiter }, now: () => 7 });
    expect([await ask("192.0.2.1"), await ask("192.0.2.1"), await ask("192.0.2.1")]).toEqual([401, 429, 401]);
    expect(asked[0]).toEqual(["192.0.2.1", 7]);
    const throwing = {
      take: () => {
        throw new Error("no");
      },
    };
    expect(await open({ rateLimit: { limiter: throwing } }).ask("192.0.2.1")).toBe(401);
  });

  test("are not kept waiting by a limiter that hangs", async () => {
    const { ask } = open({ rateLimit: { limiter: { take: () => new Promise<boolean>(() => undefined) } } });
    expect(await ask("192.0.2.1")).toBe(401);
  });

  test("that make a custom check fail stay failures of ours, journaled and logged up to the limit", async () => {
    const lines: string[] = [];
    const logger = { info() {}, warn() {}, error: (_fields: LogFields, message: string) => void lines.push(message) };
    const verification = {
      type: "custom" as const,
      verify: () => {
        throw new TypeError("no keys");
      },
    };
    const { ask, offhook } = open({
      providers: [toyProvider({ verification })],
      rateLimit: { perMinute: 2 },
      logger,
    });
    for (let count = 0; count < 5; count += 1) expect(await ask("192.0.2.1")).toBe(503);
    expect((await offhook.deliveries.list()).data).toHaveLength(2);
    expect(lines).toHaveLength(2);
  });

  test("of more than the journal has room for fill the log no more than the journal", async () => {
    const counts = new Map<string, number>();
    const count = (_fields: LogFields, message: string): void =>
      void counts.set(message, (counts.get(message) ?? 0) + 1);
    const { ask } = open({ logger: { info() {}, warn: count, error: count } });
    for (let index = 0; index < 5_000; index += 1) await ask(`2001:db8:${(index % 65_536).toString(16)}:1::1`);
    expect(counts.get("[toy] refusals not journaled")).toBe(1);
    expect([...counts.values()].reduce((sum, each) => sum + each)).toBeLessThan(1_100);
  });

  test("of an address that is null count as well, as a header that is not there is", async () => {
    const { offhook } = open({ rateLimit: { perMinute: 1 } });
    const forge = async (): Promise<number> => {
      const request = new Request("https://hooks.example.com/api/webhooks/toy", { method: "POST" });
      return (await offhook.fetch(request, { remoteAddress: request.headers.get("cf-connecting-ip") })).status;
    };
    expect([await forge(), await forge()]).toEqual([401, 429]);
    // What a door in JavaScript can hand over.
    expect(await open({ rateLimit: { perMinute: 1 } }).ask(null as unknown as undefined)).toBe(401);
  });

  test("are not limited where nobody wants it", async () => {
    const { ask } = open({ rateLimit: false });
    for (let count = 0; count < 150; count += 1) expect(await ask("192.0.2.1")).toBe(401);
  });

  test("of more addresses than anybody remembers take no more memory", async () => {
    const { ask } = open({ rateLimit: { perMinute: 1 } });
    expect(await ask("192.0.2.1")).toBe(401);
    for (let index = 0; index < 10_000; index += 1) await ask(`10.0.${index >> 8}.${index & 255}`);
    // Forgotten: the oldest of them made room.
    expect(await ask("192.0.2.1")).toBe(401);
    expect(await ask("10.0.39.15")).toBe(429);
  });

  test("whose window is renewed are not the next to be forgotten", async () => {
    let nowMs = 0;
    const { ask } = open({ rateLimit: { perMinute: 1 }, now: () => nowMs });
    await ask("192.0.2.1");
    for (let index = 1; index < 10_000; index += 1) await ask(`10.0.${index >> 8}.${index & 255}`);
    nowMs = 60_000;
    expect(await ask("192.0.2.1")).toBe(401);
    await ask("198.51.100.1");
    expect(await ask("192.0.2.1")).toBe(429);
  });

  test("are counted anew where the clock goes back, which would lock an address out otherwise", async () => {
    let nowMs = 1_000_000;
    const { ask } = open({ rateLimit: { perMinute: 1 }, now: () => nowMs });
    expect([await ask("192.0.2.1"), await ask("192.0.2.1")]).toEqual([401, 429]);
    nowMs = 0;
    expect(await ask("192.0.2.1")).toBe(401);
  });

  test("may all be refused", async () => {
    const { ask, sendFrom } = open({ rateLimit: { perMinute: 0 } });
    expect([await ask("192.0.2.1"), await sendFrom("192.0.2.1", "c1")]).toEqual([429, 200]);
  });

  test("are told of once a minute, with how many there were since", async () => {
    const told: unknown[] = [];
    const logger = {
      info() {},
      warn: ({ suppressed }: LogFields) => void (suppressed === undefined ? undefined : told.push(suppressed)),
      error() {},
    };
    let nowMs = 0;
    const { ask } = open({ rateLimit: { perMinute: 0 }, now: () => nowMs, logger });
    for (let count = 0; count < 5; count += 1) await ask("192.0.2.1");
    nowMs = 60_000;
    for (let count = 0; count < 3; count += 1) await ask("192.0.2.1");
    nowMs = 120_000;
    await ask("192.0.2.1");
    expect(told).toEqual([1, 5, 3]);
  });

  test.each([{ perMinute: Number.NaN }, { perMinute: -1 }, 20, { limiter: {} }, { limiter: () => true }])(
    "%j is no limit",
    (rateLimit) => {
      // What JavaScript can hand over.
      const given = { rateLimit } as unknown as Partial<OffhookOptions>;
      expect(() => open(given)).toThrow(expect.objectContaining({ code: "option_invalid" }));
    },
  );
});
