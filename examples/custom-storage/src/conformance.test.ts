import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeStorage } from "@offhook/testing/conformance";
import { kyselyStorage } from "./kysely-storage.ts";

describeStorage({
  name: "kyselyStorage with a file",
  capabilities: { durable: true, abilities: ["corrections"] },
  async create() {
    const folder = await mkdtemp(join(tmpdir(), "offhook-kysely-"));
    const made = () => Promise.resolve(kyselyStorage({ path: join(folder, "calls.db") }));
    return { storage: await made(), reopen: made, cleanup: () => rm(folder, { recursive: true }) };
  },
});

describeStorage({
  name: "kyselyStorage in memory",
  capabilities: { abilities: ["corrections"] },
  create: () => Promise.resolve({ storage: kyselyStorage({ path: ":memory:" }), cleanup: () => Promise.resolve() }),
});
