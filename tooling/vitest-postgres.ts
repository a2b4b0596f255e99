import type { TestProject } from "vitest/node";
import { startPostgres } from "./postgres-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A superuser's; each test makes a schema of its own. Undefined where no server could be started. */
    postgresUrl: string | undefined;
  }
}

/** One PostgreSQL for the whole run: the server that DATABASE_URL names, or one of our own. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const given = process.env["DATABASE_URL"];
  if (given !== undefined && given !== "") {
    project.provide("postgresUrl", given);
    return undefined;
  }
  try {
    // What the tests write is worth nothing after a loss of power. The benchmarks and the kill tests flush.
    const server = await startPostgres(["-c", "fsync=off", "-c", "max_connections=200"]);
    project.provide("postgresUrl", server.url);
    return () => server.remove();
  } catch (error) {
    if (process.env["CI"] !== undefined) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    process.stderr.write(
      `\n!!! The PostgreSQL tests are SKIPPED, because no server could be started.\n!!! Set DATABASE_URL to use one of yours.\n!!! ${reason}\n\n`,
    );
    project.provide("postgresUrl", undefined);
    return undefined;
  }
}
