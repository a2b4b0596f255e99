import { describeStorage } from "@offhook/testing/conformance";
import { Pool } from "pg";
import { afterAll, describe } from "vitest";
import { postgresStorage } from "./index.ts";
import { postgresUrl, testSchema } from "./test-database.ts";

describe.skipIf(postgresUrl === undefined)("D01, D03, D04, D05, D08", () => {
  // One for all cases, because connecting takes longer than most of them. A connection keeps the statements of every
  // schema that it was used for, so none lives long.
  const pool = new Pool({ connectionString: postgresUrl, pipeline: true, max: 20, maxUses: 100 });
  afterAll(() => pool.end());

  describeStorage({
    name: "postgresStorage",
    capabilities: {
      durable: true,
      concurrentProcesses: true,
      abilities: ["deadJobs", "changeFeed", "changeWatch", "corrections", "expiry", "checkpoints"],
    },
    async create() {
      const { schema, drop } = testSchema();
      const another = () => Promise.resolve(postgresStorage({ pool, schema, migrate: "auto" }));
      return { storage: await another(), reopen: another, another, cleanup: drop };
    },
  });
});
