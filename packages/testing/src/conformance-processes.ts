import type { Storage } from "@offhook/core";
import { assertEqual } from "./conformance-assert.ts";
import type { StorageCase } from "./conformance-case.ts";
import { able } from "./storage-abilities.ts";
import { callSample, delivery, job, reference, tell, tellCall, tenantId } from "./storage-samples.ts";

/** Does it many times at once, in turns by each of the storages. */
function inTurns<Result>(
  storages: readonly [Storage, Storage],
  count: number,
  work: (storage: Storage, index: number) => Promise<Result>,
): Promise<readonly Result[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => work(storages[index % 2 === 0 ? 0 : 1], index)));
}

const numbered = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `job_${index}`);

const cases: readonly StorageCase[] = [
  {
    title: "50 identical deliveries to two storages at the same time give one row with 49 duplicates",
    async run({ storage, another }) {
      const storages = [storage, await another()] as const;
      const { identity } = delivery(0);
      const before = await inTurns(storages, 50, (each, index) =>
        each.write((transaction) => transaction.insertDeliveries([delivery(index, { identity })])),
      );
      for (const each of storages) {
        const { data } = await each.listDeliveries({ tenantId, limit: 100 });
        const [row] = data;
        assertEqual([data.length, row?.duplicates], [1, 49], "Rows, and the duplicates of the first");
        assertEqual(before.filter(([first]) => first === row?.id).length, 49, "Deliveries told as a duplicate of it");
        assertEqual(before.filter(([first]) => first === undefined).length, 1, "Deliveries told as new");
      }
    },
  },
  {
    title: "two storages that load a call by different references lose no event of each other",
    async run({ storage, another }) {
      const storages = [storage, await another()] as const;
      const both = [reference("CA1"), reference("conv1", "other", "session")];
      await tell(storage, callSample, callSample.event({ id: "evt_link", references: both }));
      await inTurns(storages, 20, (each, index) => {
        const references = both.slice(index % 2, (index % 2) + 1);
        return tell(each, callSample, callSample.event({ id: `evt_${index}`, references, at: index }));
      });
      for (const [each, by] of storages.flatMap((one) => both.map((ref) => [one, ref] as const))) {
        const found = await each.get("call", tenantId, by);
        assertEqual([found?.record.version, found?.record.references.length], [21, 2], "Version and references");
        assertEqual(new Set(found?.events.map(({ id }) => id)).size, 21, "Distinct events");
      }
    },
  },
  {
    title: "two storages that tell of one new call by a common reference make one call of it",
    async run({ storage, another }) {
      const storages = [storage, await another()] as const;
      await inTurns(storages, 40, (each, index) => {
        const common = reference(`common_${Math.floor(index / 2)}`);
        // The two of a pair come by storages of their own, and each knows one more reference.
        const references = index % 4 < 2 ? [common, reference(`CA${index}`)] : [reference(`CA${index}`), common];
        return tell(each, callSample, callSample.event({ id: `evt_${index}`, references }));
      });
      const { data } = await storage.list("call", { tenantId, limit: 100 });
      assertEqual(
        data.map(({ version, references }) => [version, references.length]),
        Array.from({ length: 20 }, () => [2, 3]),
        "Versions and numbers of references",
      );
      for (let index = 0; index < 40; index += 1) {
        const found = await storage.get("call", tenantId, reference(`CA${index}`));
        assertEqual(found?.events.length, 2, `Events by CA${index}`);
      }
    },
  },
  {
    title: "two storages that merge the same calls at the same time leave one call with every event",
    async run({ storage, another }) {
      const storages = [storage, await another()] as const;
      const names = ["CA1", "CA2", "CA3", "CA4"];
      for (const name of names) await tellCall(storage, name);
      await inTurns(storages, 12, (each, index) => {
        const pair = [names[index % 4] ?? "", names[(index + 1) % 4] ?? ""].map((name) => reference(name));
        return tell(each, callSample, callSample.event({ id: `evt_link_${index}`, references: pair }));
      });
      for (const each of storages) {
        const { data } = await each.list("call", { tenantId, limit: 10 });
        assertEqual(
          data.map(({ version }) => version),
          [16],
          "Versions of the calls",
        );
      }
    },
  },
  {
    title: "jobs that two storages claim at the same time are never shared, and none is left",
    async run({ storage, another }) {
      const storages = [storage, await another()] as const;
      await storage.write((transaction) => transaction.insertJobs(numbered(60).map((id) => job(id))));
      const claimed: string[] = [];
      for (let round = 0; round < 20 && claimed.length < 60; round += 1) {
        const claims = await inTurns(storages, 8, (each, index) =>
          each.claimJobs({
            tenantId,
            limit: 4,
            nowMs: 5_000,
            leaseUntilMs: 65_000,
            leaseToken: `token_${round}_${index}`,
          }),
        );
        claimed.push(...claims.flatMap(({ jobs }) => jobs.map(({ id }) => id)));
      }
      assertEqual(claimed.toSorted(), numbered(60).toSorted(), "Claimed jobs");
    },
  },
  {
    title: "a job that one storage claimed is settled by another with its lease",
    async run({ storage, another }) {
      const other = await another();
      await storage.write((transaction) => transaction.insertJobs([job("job_1"), job("job_2")]));
      const leaseToken = "token";
      await storage.claimJobs({ tenantId, limit: 1, nowMs: 5_000, leaseUntilMs: 65_000, leaseToken });
      const result = { type: "done" } as const;
      await other.settleJobs(["job_1", "job_2"].map((id) => ({ tenantId, id, leaseToken, result })));
      for (const each of [storage, other]) {
        assertEqual((await each.health(tenantId)).jobs, { waiting: 1, running: 0, dead: 0 }, "Counts");
      }
    },
  },
  {
    title: "dead jobs that two storages let run again at the same time are counted once",
    needs: ["deadJobs"],
    async run({ storage, another }) {
      const storages = [storage, await another()] as const;
      await storage.write((transaction) => transaction.insertJobs(numbered(30).map((id) => job(id))));
      const leaseToken = "token";
      await storage.claimJobs({ tenantId, limit: 30, nowMs: 5_000, leaseUntilMs: 65_000, leaseToken });
      const result = { type: "dead", error: "It failed for good" } as const;
      await storage.settleJobs(numbered(30).map((id) => ({ tenantId, id, leaseToken, result })));
      const counts = await inTurns(storages, 6, (each) =>
        able(each, "retryJobs").retryJobs({ tenantId, ids: undefined, nowMs: 700_000 }),
      );
      assertEqual(
        counts.reduce((sum, count) => sum + count, 0),
        30,
        "How many there were, together",
      );
    },
  },
];

export const processCases: readonly StorageCase[] = cases.map((each) => ({
  ...each,
  needs: ["concurrentProcesses", ...(each.needs ?? [])],
}));
