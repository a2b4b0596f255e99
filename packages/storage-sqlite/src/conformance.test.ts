import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeStorage } from "@offhook/testing/conformance";
import { sqliteStorage } from "./index.ts";

describeStorage({
  name: "sqliteStorage with a file",
  capabilities: {
    durable: true,
    concurrentProcesses: true,
    abilities: ["deadJobs", "changeFeed", "corrections", "expiry", "checkpoints"],
  },
  async create() {
    const folder = await mkdtemp(join(tmpdir(), "offhook-sqlite-"));
    const another = () => Promise.resolve(sqliteStorage({ path: join(folder, "calls.db") }));
    return {
      storage: await another(),
      reopen: another,
      another,
      cleanup: () => rm(folder, { recursive: true }),
    };
  },
});

describeStorage({
  name: "sqliteStorage in memory",
  create: () => Promise.resolve({ storage: sqliteStorage({ path: ":memory:" }), cleanup: () => Promise.resolve() }),
});
