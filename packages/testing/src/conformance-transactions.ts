import { assertEqual } from "./conformance-assert.ts";
import type { StorageCase } from "./conformance-case.ts";
import { failAfter } from "./conformance-failing.ts";
import { callSample, delivery, job, reference, tell, tellCall, tellIn, tenantId } from "./storage-samples.ts";

const claim = { tenantId, limit: 10, nowMs: 5_000, leaseUntilMs: 65_000, leaseToken: "token" };

const event = (id: string, call = "CA1") =>
  callSample.event({ id, references: [reference(call)], at: Number(id.replace(/\D/g, "")) });

export const transactionCases: readonly StorageCase[] = [
  {
    title: "a write gives what its work returns",
    async run({ storage }) {
      assertEqual(await storage.write(() => Promise.resolve({ answer: 42 })), { answer: 42 }, "The result");
    },
  },
  {
    title: "an error that the work throws passes through unchanged",
    run: ({ storage }) => failAfter(storage, () => Promise.resolve()),
  },
  {
    title: "nothing remains of a failed write: deliveries",
    async run({ storage }) {
      await failAfter(storage, (transaction) => transaction.insertDeliveries([delivery(1)]));
      assertEqual(await storage.getDelivery(tenantId, delivery(1).id), undefined, "The delivery");
      const [before] = await storage.write((transaction) => transaction.insertDeliveries([delivery(1)]));
      assertEqual(before, undefined, "What was there before the second try");
    },
  },
  {
    title: "nothing remains of a failed write: the count of duplicates",
    async run({ storage }) {
      const first = delivery(1);
      await storage.write((transaction) => transaction.insertDeliveries([first]));
      const again = delivery(2, { identity: first.identity });
      await failAfter(storage, (transaction) => transaction.insertDeliveries([again]));
      assertEqual((await storage.getDelivery(tenantId, first.id))?.duplicates, 0, "Duplicates");
    },
  },
  {
    title: "nothing remains of a failed write: calls",
    async run({ storage }) {
      await failAfter(storage, (transaction) => tellIn(transaction, callSample, [event("evt_1")]));
      assertEqual(await storage.get("call", tenantId, reference("CA1")), undefined, "The call");
      assertEqual((await storage.list("call", { tenantId, limit: 10 })).data, [], "The list");
      assertEqual((await storage.health(tenantId)).events, 0, "Events");
    },
  },
  {
    title: "nothing remains of a failed write: events of a call that is there",
    async run({ storage }) {
      const before = await tell(storage, callSample, event("evt_1"));
      await failAfter(storage, (transaction) => tellIn(transaction, callSample, [event("evt_2")]));
      const found = await storage.get("call", tenantId, reference("CA1"));
      assertEqual(found, { record: before, events: [event("evt_1")] }, "The call");
    },
  },
  {
    title: "nothing remains of a failed write: merges",
    async run({ storage }) {
      await tellCall(storage, "CA1");
      await tellCall(storage, "CA2");
      const link = callSample.event({ id: "evt_link", references: [reference("CA1"), reference("CA2")] });
      await failAfter(storage, (transaction) => tellIn(transaction, callSample, [link]));
      const found = await storage.get("call", tenantId, reference("CA2"));
      assertEqual(found?.record.references, [reference("CA2")], "References of the second call");
      assertEqual((await storage.list("call", { tenantId, limit: 10 })).data.length, 2, "Calls");
    },
  },
  {
    title: "nothing remains of a failed write: jobs",
    async run({ storage }) {
      await failAfter(storage, (transaction) => transaction.insertJobs([job("job_1")]));
      assertEqual((await storage.claimJobs(claim)).jobs, [], "Claimed jobs");
    },
  },
  {
    title: "nothing remains of a failed write that did several things",
    async run({ storage }) {
      await failAfter(storage, async (transaction) => {
        await transaction.insertDeliveries([delivery(1)]);
        await tellIn(transaction, callSample, [event("evt_1")]);
        await transaction.insertJobs([job("job_1")]);
      });
      const { calls, events, deliveries, jobs } = await storage.health(tenantId);
      assertEqual([calls, events, deliveries.applied, jobs.waiting], [0, 0, 0, 0], "What is left");
    },
  },
  {
    title: "writes work after one that failed",
    async run({ storage }) {
      await failAfter(storage, (transaction) => tellIn(transaction, callSample, [event("evt_1")]));
      await tell(storage, callSample, event("evt_2"));
      const found = await storage.get("call", tenantId, reference("CA1"));
      assertEqual(found?.events, [event("evt_2")], "Events");
    },
  },
  {
    title: "a write that fails harms none that runs at the same time",
    async run({ storage }) {
      const results = await Promise.allSettled(
        Array.from({ length: 10 }, (_, index) =>
          storage.write(async (transaction) => {
            await tellIn(transaction, callSample, [event(`evt_${index}`, `CA${index}`)]);
            if (index % 2 === 1) throw new Error("Odd");
          }),
        ),
      );
      assertEqual(results.filter(({ status }) => status === "fulfilled").length, 5, "Successful writes");
      const { data } = await storage.list("call", { tenantId, limit: 20 });
      assertEqual(
        data.map(({ references }) => references[0]?.id),
        ["CA8", "CA6", "CA4", "CA2", "CA0"],
        "Calls",
      );
    },
  },
  {
    title: "what a write has written is read as soon as it resolves",
    async run({ storage }) {
      for (let index = 0; index < 20; index += 1) {
        const record = await tellCall(storage, `CA${index}`);
        const found = await storage.get("call", tenantId, reference(`CA${index}`));
        assertEqual(found?.record, record, "The call");
      }
    },
  },
  {
    title: "a read never sees what a write has not committed",
    async run({ storage }) {
      let seen: ReturnType<typeof storage.get<"call">> | undefined;
      await failAfter(storage, async (transaction) => {
        await tellIn(transaction, callSample, [event("evt_1")]);
        // Not awaited here: a storage may let reads wait for the write.
        seen = storage.get("call", tenantId, reference("CA1"));
      });
      assertEqual(await seen, undefined, "The call");
    },
  },
  {
    title: "20 writes to one call at the same time lose no event",
    async run({ storage }) {
      await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          storage.write(async (transaction) => {
            const [stored] = await transaction.load("call", tenantId, [reference("CA1")]);
            // Gives others the chance to come in between.
            await new Promise((resolve) => setTimeout(resolve, 1));
            const added = event(`evt_${index}`);
            const record = callSample.fold([...(stored?.events ?? []), added]);
            const replaces = stored === undefined ? [] : [stored];
            await transaction.save("call", [{ record, newEvents: [added], replaces }]);
          }),
        ),
      );
      const found = await storage.get("call", tenantId, reference("CA1"));
      assertEqual(found?.record.version, 20, "The call's version");
      assertEqual(new Set(found?.events.map(({ id }) => id)).size, 20, "Distinct events");
    },
  },
  {
    title: "50 writes to different calls at the same time are all kept",
    async run({ storage }) {
      await Promise.all(Array.from({ length: 50 }, (_, index) => tellCall(storage, `CA${index}`)));
      assertEqual((await storage.health(tenantId)).calls, 50, "Calls");
    },
  },
  {
    title: "two storages over the same data lose no event of each other",
    needs: ["concurrentProcesses"],
    async run({ storage, another }) {
      const storages = [storage, await another()];
      await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          tell(storages[index % 2] ?? storage, callSample, event(`evt_${index}`)),
        ),
      );
      for (const each of storages) {
        const found = await each.get("call", tenantId, reference("CA1"));
        assertEqual(new Set(found?.events.map(({ id }) => id)).size, 20, "Distinct events");
      }
    },
  },
  {
    title: "two storages over the same data journal the same content once",
    needs: ["concurrentProcesses"],
    async run({ storage, another }) {
      const storages = [storage, await another()];
      const { identity } = delivery(0);
      const before = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          (storages[index % 2] ?? storage).write((transaction) =>
            transaction.insertDeliveries([delivery(index, { identity })]),
          ),
        ),
      );
      assertEqual(before.filter(([first]) => first === undefined).length, 1, "Deliveries told as new");
    },
  },
];
