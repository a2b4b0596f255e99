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
  const { rows } = await client.query<{ pid: number }>("select pid from pg_stat_activity");
  const all = [pid, ...rows.map((row) => row.pid)];
  for (const each of all) signalIfThere(each, "SIGSTOP");
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
