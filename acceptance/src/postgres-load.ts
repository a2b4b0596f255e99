import { setTimeout as wait } from "node:timers/promises";
import { signSample } from "@offhook/testing";
import type { Traffic } from "./kill-traffic.ts";

/** One request and what became of it. Times are in milliseconds of `performance.now()`. */
export interface Attempt {
  readonly traffic: Traffic;
  /** 1 for the first time that the delivery was sent. */
  readonly number: number;
  readonly sentMs: number;
  readonly answeredMs: number;
  /** Undefined when no whole answer came. */
  readonly status: number | undefined;
  /** In seconds; 0 where the answer has none. */
  readonly retryAfter: number;
}

export interface OpenLoad {
  /** In the order of the answers. */
  readonly attempts: readonly Attempt[];
  /** Resolves when every delivery was acknowledged or refused, or after `stop` when what is under way was answered. */
  readonly done: Promise<void>;
  /** Sends nothing more. */
  stop(): void;
}

export interface OpenLoadOptions {
  readonly address: string;
  readonly traffic: readonly Traffic[];
  /** Deliveries, whether or not those before were answered. */
  readonly perSecond: number;
  /** How long to wait before the first repetition; default: what the answer asks for. */
  readonly retryPauseMs?: number;
}

/** The longest pause between two attempts, in first pauses. */
const maxPauses = 4;

/** Sends at a steady rate, and again as vendors do, with growing pauses: what was answered 503 or not at all. */
export function startLoad({ address, traffic, perSecond, retryPauseMs }: OpenLoadOptions): OpenLoad {
  const attempts: Attempt[] = [];
  const stopping = new AbortController();

  /** False when it was stopped. */
  const pause = (ms: number): Promise<boolean> =>
    wait(Math.max(ms, 0), true, { signal: stopping.signal }).catch(() => false);

  async function deliver(each: Traffic): Promise<void> {
    for (let number = 1; ; number += 1) {
      const sentMs = performance.now();
      const answer = await send(address, each);
      attempts.push({ traffic: each, number, sentMs, answeredMs: performance.now(), ...answer });
      if (answer.status !== undefined && answer.status !== 503) return;
      const firstPauseMs = retryPauseMs ?? Math.max(answer.retryAfter, 1) * 1000;
      if (!(await pause(firstPauseMs * Math.min(2 ** (number - 1), maxPauses)))) return;
    }
  }

  async function run(): Promise<void> {
    const startMs = performance.now();
    const delivering: Promise<void>[] = [];
    for (const [index, each] of traffic.entries()) {
      if (!(await pause(startMs + (index * 1000) / perSecond - performance.now()))) break;
      delivering.push(deliver(each));
    }
    await Promise.all(delivering);
  }

  return { attempts, done: run(), stop: () => stopping.abort() };
}

async function send(
  address: string,
  traffic: Traffic,
): Promise<{ readonly status: number | undefined; readonly retryAfter: number }> {
  const { method, url, headers, body } = await signSample(traffic.provider, traffic.sample);
  try {
    const response = await fetch(`${address}${url}`, {
      method,
      headers: { ...headers },
      ...(method === "GET" ? {} : { body }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    if (response.ok) {
      traffic.acknowledged = true;
      traffic.deliveryId ??= /"id":"(dlv_[^"]+)"/.exec(text)?.[1];
    }
    return { status: response.status, retryAfter: Number(response.headers.get("retry-after") ?? 0) };
  } catch {
    return { status: undefined, retryAfter: 0 };
  }
}
