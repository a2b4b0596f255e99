import { signSample } from "@offhook/testing";
import type { Traffic } from "./kill-traffic.ts";

export interface LoadResult {
  /** Requests that were answered 2xx, duplicates included. */
  acknowledged: number;
  /** Answers that a genuine delivery must never get. */
  readonly refusals: string[];
  /** Requests that got no answer, or 503. */
  unanswered: number;
}

export interface LoadOptions {
  /** Requests that are under way at the same time. Default 32. */
  readonly connections?: number;
  /** Is told how many have been acknowledged. */
  readonly onAcknowledged?: (count: number) => void;
  /** How far the server's clock is ahead, which judges the age of signatures. Milliseconds; default 0. */
  readonly clockAheadMs?: number;
}

/** Sends requests from many connections at once until all are sent or the server is gone. */
export async function load(
  address: string,
  requests: readonly Traffic[],
  { connections = 32, onAcknowledged = () => undefined, clockAheadMs = 0 }: LoadOptions = {},
): Promise<LoadResult> {
  const result: LoadResult = { acknowledged: 0, refusals: [], unanswered: 0 };
  let next = 0;
  let gone = false;
  async function work(): Promise<void> {
    for (;;) {
      const traffic = requests[next];
      if (traffic === undefined || gone) return;
      next += 1;
      const answered = await send(address, traffic, Date.now() + clockAheadMs);
      if (answered === undefined) gone = true;
      if (answered === undefined || answered.status === 503) result.unanswered += 1;
      else if (answered.status >= 200 && answered.status < 300) {
        result.acknowledged += 1;
        traffic.acknowledged = true;
        traffic.deliveryId ??= answered.deliveryId;
        onAcknowledged(result.acknowledged);
      } else {
        result.refusals.push(`${traffic.sample.provider} ${traffic.sample.name} was answered ${answered.status}`);
      }
    }
  }
  await Promise.all(Array.from({ length: connections }, work));
  return result;
}

interface Answered {
  readonly status: number;
  readonly deliveryId: string | undefined;
}

/** Undefined when no whole answer came: then nothing was promised. */
async function send(address: string, { provider, sample }: Traffic, nowMs: number): Promise<Answered | undefined> {
  const { method, url, headers, body } = await signSample(provider, sample, { nowMs });
  try {
    const response = await fetch(`${address}${url}`, {
      method,
      headers: { ...headers },
      ...(method === "GET" ? {} : { body: body.slice() }),
      signal: AbortSignal.timeout(30_000),
    });
    const text = await response.text();
    return { status: response.status, deliveryId: /"id":"(dlv_[^"]+)"/.exec(text)?.[1] };
  } catch {
    return undefined;
  }
}
