import type { Storage, StorageTransaction, Stored, Subject } from "@offhook/core";
import { assertEqual, assertThat } from "./conformance-assert.ts";
import type { StorageCase } from "./conformance-case.ts";
import { failAfter } from "./conformance-failing.ts";
import { able } from "./storage-abilities.ts";
import { callSample, leadSample, reference, tell, tenantId, type SubjectSample } from "./storage-samples.ts";

const eventIds = (stored: Stored<Subject> | undefined): readonly string[] =>
  (stored?.events ?? []).map(({ id }) => id).toSorted();

const references = (names: readonly string[]) => names.map((name) => reference(name));

async function counts(storage: Storage): Promise<readonly number[]> {
  const { calls, leads, events } = await storage.health(tenantId);
  return [calls, leads, events];
}

function removalCasesOf<S extends Subject>(sample: SubjectSample<S>): StorageCase[] {
  const { subject, event, fold } = sample;
  const eventOf = (id: string, ...names: readonly string[]) => event({ id, references: references(names), at: 1 });
  const tellOf = (storage: Storage, id: string, ...names: readonly string[]) =>
    tell(storage, sample, eventOf(id, ...names));
  const get = (storage: Storage, name: string) => storage.get(subject, tenantId, reference(name));
  const list = async (storage: Storage) => (await storage.list(subject, { tenantId, limit: 50 })).data;

  /** Removes what any of the names leads to. */
  const removeIn = async (transaction: StorageTransaction, names: readonly string[]): Promise<void> => {
    const stored = await transaction.load(subject, tenantId, references(names));
    await able(transaction, "remove").remove(subject, stored);
  };
  const remove = (storage: Storage, ...names: readonly string[]): Promise<void> =>
    storage.write((transaction) => removeIn(transaction, names));

  /** Removes and saves anew in one transaction, as a replay does. */
  const replay = (storage: Storage, names: readonly string[], ...anew: readonly ReturnType<typeof eventOf>[]) =>
    storage.write(async (transaction) => {
      await removeIn(transaction, names);
      await transaction.save(
        subject,
        anew.map((each) => ({ record: fold([each]), newEvents: [each], replaces: [] })),
      );
    });

  const cases: StorageCase[] = [
    {
      title: "that is removed is found by none of its references, nor listed or counted",
      async run({ storage }) {
        await tellOf(storage, "evt_1", "CA1", "CA2", "CA3");
        await tellOf(storage, "evt_2", "CA1");
        await remove(storage, "CA2");
        for (const name of ["CA1", "CA2", "CA3"]) assertEqual(await get(storage, name), undefined, `By ${name}`);
        const loaded = await storage.write((transaction) =>
          transaction.load(subject, tenantId, references(["CA1", "CA2", "CA3"])),
        );
        assertEqual([loaded, await list(storage)], [[], []], "Loaded and listed");
        assertEqual(await counts(storage), [0, 0, 0], "Calls, leads and events of calls");
      },
    },
    {
      title: "that is removed leaves others as they are",
      async run({ storage }) {
        const kept = [await tellOf(storage, "evt_3", "CA3"), await tellOf(storage, "evt_1", "CA1", "CA1x")];
        await tellOf(storage, "evt_2", "CA2", "CA2x");
        await remove(storage, "CA2");
        assertEqual(await list(storage), kept, "The list");
        for (const name of ["CA1", "CA1x"]) {
          assertEqual(await get(storage, name), { record: kept[1], events: [eventOf("evt_1", "CA1", "CA1x")] }, name);
        }
      },
    },
    {
      title: "may be removed together with others, or none",
      async run({ storage }) {
        for (const name of ["CA1", "CA2", "CA3"]) await tellOf(storage, `evt_${name}`, name);
        await remove(storage);
        assertEqual((await list(storage)).length, 3, "Left after removing none");
        await remove(storage, "CA1", "CA3");
        assertEqual(
          (await list(storage)).map((record) => record.references),
          [[reference("CA2")]],
          "The list",
        );
      },
    },
    {
      title: "is removed with all that it took the place of",
      async run({ storage }) {
        for (const name of ["CA1", "CA2"]) await tellOf(storage, `evt_${name}`, name);
        await tellOf(storage, "evt_link", "CA1", "CA2");
        await remove(storage, "CA2");
        for (const name of ["CA1", "CA2"]) assertEqual(await get(storage, name), undefined, `By ${name}`);
        assertEqual(await counts(storage), [0, 0, 0], "Calls, leads and events of calls");
      },
    },
    {
      title: "may be removed and saved anew in one write, with the same id, references and events",
      async run({ storage }) {
        await tellOf(storage, "evt_1", "CA1", "CA2");
        await tellOf(storage, "evt_2", "CA1");
        const again = eventOf("evt_1", "CA1", "CA2");
        await replay(storage, ["CA1"], again);
        for (const name of ["CA1", "CA2"]) {
          assertEqual(await get(storage, name), { record: fold([again]), events: [again] }, `By ${name}`);
        }
        assertEqual(await list(storage), [fold([again])], "The list");
      },
    },
    {
      title: "that is saved anew with fewer references is found by those alone",
      async run({ storage }) {
        await tellOf(storage, "evt_1", "CA1", "CA2");
        const again = eventOf("evt_2", "CA2");
        await replay(storage, ["CA1"], again);
        assertEqual(await get(storage, "CA1"), undefined, "By the reference that went");
        assertEqual(await get(storage, "CA2"), { record: fold([again]), events: [again] }, "By the one that stayed");
      },
    },
    {
      title: "that was a merge may become several again",
      async run({ storage }) {
        for (const name of ["CA1", "CA2"]) await tellOf(storage, `evt_${name}`, name);
        await tellOf(storage, "evt_link", "CA1", "CA2");
        const again = ["CA1", "CA2"].map((name) => eventOf(`evt_${name}`, name));
        await replay(storage, ["CA1"], ...again);
        for (const name of ["CA1", "CA2"]) {
          const each = eventOf(`evt_${name}`, name);
          assertEqual(await get(storage, name), { record: fold([each]), events: [each] }, `By ${name}`);
        }
        assertEqual((await list(storage)).length, 2, "Records");
      },
    },
    {
      title: "begins anew when it is told of after it was removed",
      async run({ storage }) {
        await tellOf(storage, "evt_1", "CA1", "CA2");
        await remove(storage, "CA1");
        const record = await tellOf(storage, "evt_2", "CA2");
        assertEqual(await get(storage, "CA2"), { record, events: [eventOf("evt_2", "CA2")] }, `The ${subject}`);
        assertEqual(await get(storage, "CA1"), undefined, "By the reference that nobody named again");
        assertEqual(record.version, 1, "Its version");
      },
    },
    {
      title: "that a failed write removed is as it was",
      async run({ storage }) {
        const record = await tellOf(storage, "evt_1", "CA1", "CA2");
        const before = { record, events: [eventOf("evt_1", "CA1", "CA2")] };
        await failAfter(storage, (transaction) => removeIn(transaction, ["CA1"]));
        for (const name of ["CA1", "CA2"]) assertEqual(await get(storage, name), before, `By ${name}`);
        await failAfter(storage, async (transaction) => {
          await removeIn(transaction, ["CA1"]);
          const again = eventOf("evt_2", "CA2");
          await transaction.save(subject, [{ record: fold([again]), newEvents: [again], replaces: [] }]);
        });
        for (const name of ["CA1", "CA2"]) assertEqual(await get(storage, name), before, `By ${name} then`);
        assertEqual(await list(storage), [record], "The list");
      },
    },
    {
      title: "that is removed while it is told of keeps nothing from before",
      async run({ storage }) {
        for (let index = 0; index < 10; index += 1) {
          const name = `CA${index}`;
          await tellOf(storage, `evt_${index}_before`, name);
          await Promise.all([remove(storage, name), tellOf(storage, `evt_${index}_after`, name)]);
          const found = eventIds(await get(storage, name));
          assertThat(
            found.length === 0 || found.join() === `evt_${index}_after`,
            `no event from before the removal, got ${found.join(", ")}`,
          );
        }
      },
    },
    {
      title: "stays removed after closing and opening again",
      needs: ["durable"],
      async run({ storage, reopen }) {
        for (const name of ["CA1", "CA2"]) await tellOf(storage, `evt_${name}`, name, `${name}x`);
        await remove(storage, "CA1");
        const opened = await reopen();
        for (const name of ["CA1", "CA1x"]) assertEqual(await get(opened, name), undefined, `By ${name}`);
        assertEqual((await list(opened)).length, 1, "Records");
        await tellOf(opened, "evt_new", "CA1x");
        assertEqual(eventIds(await get(opened, "CA1x")), ["evt_new"], "Events of the one told anew");
      },
    },
    {
      title: "that one storage removed is not there for another over the same data",
      needs: ["concurrentProcesses"],
      async run({ storage, another }) {
        const other = await another();
        await tellOf(storage, "evt_1", "CA1", "CA2");
        assertEqual(eventIds(await get(other, "CA2")), ["evt_1"], "Before");
        await remove(other, "CA1");
        for (const each of [storage, other]) assertEqual(await get(each, "CA2"), undefined, "After");
        await tellOf(storage, "evt_2", "CA2");
        for (const each of [storage, other]) assertEqual(eventIds(await get(each, "CA2")), ["evt_2"], "Told anew");
        await replay(other, ["CA2"], eventOf("evt_3", "CA1"));
        await tellOf(storage, "evt_4", "CA1", "CA2");
        for (const each of [storage, other]) assertEqual(eventIds(await get(each, "CA2")), ["evt_3", "evt_4"], "Last");
      },
    },
  ];
  return cases.map((each) => ({
    ...each,
    title: `a ${subject} ${each.title}`,
    needs: ["corrections", ...(each.needs ?? [])],
  }));
}

export const removalCases: readonly StorageCase[] = [
  ...removalCasesOf(callSample),
  ...removalCasesOf(leadSample),
  {
    title: "a call that is removed leaves the lead of the same reference",
    needs: ["corrections"],
    async run({ storage }) {
      const same = [reference("SAME")];
      await tell(storage, callSample, callSample.event({ id: "evt_call", references: same }));
      const lead = await tell(storage, leadSample, leadSample.event({ id: "evt_lead", references: same }));
      await storage.write(async (transaction) => {
        await able(transaction, "remove").remove("call", await transaction.load("call", tenantId, same));
      });
      assertEqual(await storage.get("call", tenantId, reference("SAME")), undefined, "The call");
      assertEqual((await storage.get("lead", tenantId, reference("SAME")))?.record, lead, "The lead");
    },
  },
];
