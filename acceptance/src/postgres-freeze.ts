import { setTimeout as wait } from "node:timers/promises";
import { Client } from "pg";

/**
 * Stops a PostgreSQL between two instructions, with all who serve connections: nothing breaks, and nothing answers.
 *
 * @param pid of its main process.
 * @returns what lets it go on.
 */
export async function freezePostgres({
  url,
  pid,
}: {
  readonly url: string;
  readonly pid: number;
}): Promise<() => Promise<void>> {
  const client = new Client({ connectionString: url });
  await client.connect();
  // First: from now on it starts no process that would be forgotten.
  process.kill(pid, "SIGSTOP");
  const all = [pid];
  // One that was started a moment before shows itself only once it knows whom it serves.
  for (let quietLooks = 0; quietLooks < 5; quietLooks += 1) {
    const { rows } = await client.query<{ pid: number }>(
      "select pid from pg_stat_activity where pid <> pg_backend_pid()",
    );
    const unstopped = rows.map((row) => row.pid).filter((each) => !all.includes(each));
    for (const each of unstopped) signalIfThere(each, "SIGSTOP");
    all.push(...unstopped);
    if (unstopped.length > 0) quietLooks = 0;
    await wait(50);
  }
  const thaw = (): void => {
    for (const each of all.toReversed()) signalIfThere(each, "SIGCONT");
  };
  // What is stopped does not even hear that it shall end.
  process.once("exit", thaw);
  return async () => {
    process.off("exit", thaw);
    thaw();
    await client.end();
  };
}

/** One that served a connection may have ended. */
function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
