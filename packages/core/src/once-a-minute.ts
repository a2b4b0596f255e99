const minuteMs = 60_000;

/**
 * For log lines that a flood would repeat: says at once, and then at most once a minute how often it happened since.
 *
 * @param say is told how often, this time included.
 */
export function onceAMinute<Fact>(now: () => number, say: (fact: Fact, count: number) => void): (fact: Fact) => void {
  let count = 0;
  let saidMs = -Infinity;
  return (fact) => {
    count += 1;
    const nowMs = now();
    if (nowMs >= saidMs && nowMs - saidMs < minuteMs) return;
    saidMs = nowMs;
    say(fact, count);
    count = 0;
  };
}
