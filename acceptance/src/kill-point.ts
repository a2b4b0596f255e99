/** Where a process is killed: the life of a delivery and of its effects, in the order in which they come. */
export const killPoints = [
  "after-read",
  "after-verify",
  "after-insert",
  "before-commit",
  "after-commit",
  "before-answer",
  "mid-job",
  "mid-forward",
] as const;
export type KillPoint = (typeof killPoints)[number];

/** Where and when a process kills itself. */
export interface Fuse {
  readonly point: KillPoint;
  /** 1: the first time that it gets there. */
  readonly occurrence: number;
}

/** Is called wherever a point is reached. */
export type Reach = (point: KillPoint) => void;

/** Ends this process, like a crash, where the fuse says; without one, nowhere. */
export function reachWith(fuse: Fuse | undefined): Reach {
  let reached = 0;
  return (point) => {
    if (point !== fuse?.point) return;
    reached += 1;
    // The system lets no instruction of this thread follow.
    if (reached === fuse.occurrence) process.kill(process.pid, "SIGKILL");
  };
}
