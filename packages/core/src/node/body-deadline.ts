import { bodyTimeoutMs } from "../read-body.ts";

/** A body that is being waited for. */
export interface BodyDeadline {
  ticksLeft: number;
  readonly expire: () => void;
}

const tickMs = 1_000;
/** It begins somewhere within a tick. */
const ticks = bodyTimeoutMs / tickMs + 1;

const waiting = new Set<BodyDeadline>();
let ticking: ReturnType<typeof setInterval> | undefined;

/**
 * Calls back when the time for a body is over, a second late at most. One timer looks after all of them: nearly none
 * is ever reached, and a timer for each request costs as much as its signature.
 */
export function startBodyDeadline(expire: () => void): BodyDeadline {
  const deadline = { ticksLeft: ticks, expire };
  waiting.add(deadline);
  if (ticking === undefined) {
    ticking = setInterval(tick, tickMs);
    ticking.unref();
  }
  return deadline;
}

export function endBodyDeadline(deadline: BodyDeadline): void {
  waiting.delete(deadline);
}

function tick(): void {
  if (waiting.size === 0) {
    clearInterval(ticking);
    ticking = undefined;
    return;
  }
  for (const deadline of waiting) {
    deadline.ticksLeft -= 1;
    if (deadline.ticksLeft > 0) continue;
    waiting.delete(deadline);
    deadline.expire();
  }
}
