import type { RecordOf, Storage, Stored, Subject } from "@offhook/core";
import { assertEqual, assertThat } from "./conformance-assert.ts";
import type { StorageCase } from "./conformance-case.ts";
import {
  awkwardJson,
  awkwardText,
  callSample,
  leadSample,
  reference,
  tell,
  tenantId,
  type SubjectSample,
} from "./storage-samples.ts";

const eventIds = (stored: Stored<Subject> | undefined): readonly string[] =>
  (stored?.events ?? []).map(({ id }) => id).toSorted();

/** Ids that databases like to take for one another, or for syntax. */
const awkwardIds = [
  "abc",
  "ABC",
  "a",
  "a ",
  " a",
  "é",
  "e\u0301",
  "a:b",
  "a_b",
  "a%",
  "a'b",
  'a"b',
  "a\\b",
  "💥",
  "1",
  "01",
];

function subjectCases<S extends Subject>(sample: SubjectSample<S>): StorageCase[] {
  const { subject, event } = sample;
  const load = (storage: Storage, ...ids: readonly string[]) =>
    storage.write((transaction) =>
      transaction.load(
        subject,
        tenantId,
        ids.map((id) => reference(id)),
      ),
    );
  const tellOf = (storage: Storage, id: string, ...names: readonly string[]) =>
    tell(storage, sample, event({ id, references: names.map((name) => reference(name)), at: 1 }));
  const threeEvents = (id: string) =>
    [1, 2, 3].map((number) => event({ id: `evt_${id}_${number}`, references: [reference(id)], at: number }));
  const list = async (storage: Storage): Promise<readonly RecordOf<S>[]> =>
    (await storage.list(subject, { tenantId, limit: 50 })).data;

  const cases: StorageCase[] = [
    {
      title: "is found by each of its references, with its events",
      async run({ storage }) {
        const told = event({ id: "evt_1", references: [reference("CA1"), reference("conv1", "other", "session")] });
        const record = await tell(storage, sample, told);
        for (const each of told.references) {
          assertEqual(await storage.get(subject, tenantId, each), { record, events: [told] }, `The ${subject}`);
        }
      },
    },
    {
      title: "is not found by a reference that nobody named",
      async run({ storage }) {
        await tellOf(storage, "evt_1", "CA1");
        assertEqual(await storage.get(subject, tenantId, reference("CA2")), undefined, "Another id");
        assertEqual(await storage.get(subject, tenantId, reference("CA1", "other")), undefined, "Another provider");
        assertEqual(await load(storage, "CA2"), [], "Loaded");
      },
    },
    {
      title: "is loaded by any of its references, once",
      async run({ storage }) {
        const record = await tellOf(storage, "evt_1", "CA1", "CA2", "CA3");
        assertEqual((await load(storage, "CA2"))[0]?.record, record, "Loaded by one");
        assertEqual((await load(storage, "CA3", "CA1", "CA4", "CA2")).length, 1, "Loaded by all");
      },
    },
    {
      title: "is loaded with all of its events",
      async run({ storage }) {
        for (const id of ["evt_1", "evt_2", "evt_3"]) await tellOf(storage, id, "CA1");
        await tellOf(storage, "evt_4", "CA2");
        const [stored] = await load(storage, "CA1");
        assertEqual(eventIds(stored), ["evt_1", "evt_2", "evt_3"], "Events");
      },
    },
    {
      title: "is loaded beside others, each on its own",
      async run({ storage }) {
        for (const id of ["CA1", "CA2", "CA3"]) await tellOf(storage, `evt_${id}`, id);
        const loaded = await load(storage, "CA3", "CA1", "CA2");
        assertEqual(
          loaded.map((stored) => stored.record.references[0]?.id ?? "").toSorted(),
          ["CA1", "CA2", "CA3"],
          "Loaded",
        );
      },
    },
    {
      title: "takes further events, of which none is lost or changed",
      async run({ storage }) {
        const events = Array.from({ length: 5 }, (_, index) =>
          event({ id: `evt_${index}`, references: [reference("CA1")], at: index }),
        );
        for (const each of events) await tell(storage, sample, each);
        const found = await storage.get(subject, tenantId, reference("CA1"));
        assertEqual(
          found?.events.toSorted((left, right) => (left.id < right.id ? -1 : 1)),
          events,
          "Events",
        );
        assertEqual(found?.record, sample.fold(events), `The ${subject}`);
      },
    },
    {
      title: "may be saved with several new events, and several at once",
      async run({ storage }) {
        await storage.write((transaction) =>
          transaction.save(
            subject,
            ["CA1", "CA2"].map((id) => ({
              record: sample.fold(threeEvents(id)),
              newEvents: threeEvents(id),
              replaces: [],
            })),
          ),
        );
        for (const id of ["CA1", "CA2"]) {
          assertEqual((await load(storage, id))[0]?.record, sample.fold(threeEvents(id)), id);
          assertEqual((await load(storage, id))[0]?.events.length, 3, `Events of ${id}`);
        }
      },
    },
    {
      title: "keeps 300 events",
      async run({ storage }) {
        const all = Array.from({ length: 300 }, (_, index) =>
          event({ id: `evt_${index}`, references: [reference("CA1")], at: index }),
        );
        for (let start = 0; start < all.length; start += 100) {
          await tell(storage, sample, ...all.slice(start, start + 100));
        }
        assertEqual(new Set(eventIds((await load(storage, "CA1"))[0])).size, 300, "Distinct events");
      },
    },
    {
      title: "is found by a reference that came later",
      async run({ storage }) {
        await tellOf(storage, "evt_1", "CA1");
        const record = await tellOf(storage, "evt_2", "CA1", "CA2");
        for (const id of ["CA1", "CA2"]) {
          assertEqual((await storage.get(subject, tenantId, reference(id)))?.record, record, `By ${id}`);
        }
      },
    },
    {
      title: "may change its id",
      async run({ storage }) {
        const before = await tellOf(storage, "evt_1", "CA5");
        const after = await tellOf(storage, "evt_2", "CA1", "CA5");
        assertThat(before.id !== after.id, "the sample changes its id");
        assertEqual(await list(storage), [after], "The list");
        assertEqual((await storage.get(subject, tenantId, reference("CA5")))?.record, after, "By the old reference");
      },
    },
    ...[2, 3].map((count): StorageCase => ({
      title: `takes the place of ${count} that turned out to be one`,
      async run({ storage }) {
        const names = Array.from({ length: count }, (_, index) => `CA${index + 1}`);
        for (const name of names) {
          await tellOf(storage, `evt_${name}_1`, name);
          await tellOf(storage, `evt_${name}_2`, name, `${name}x`);
        }
        const record = await tellOf(storage, "evt_link", ...names);
        const expected = ["evt_link", ...names.flatMap((name) => [`evt_${name}_1`, `evt_${name}_2`])].toSorted();
        for (const name of [...names, ...names.map((each) => `${each}x`)]) {
          const found = await storage.get(subject, tenantId, reference(name));
          assertEqual(found?.record, record, `By ${name}`);
          assertEqual(eventIds(found), expected, `Events by ${name}`);
        }
      },
    })),
    {
      title: "is the only one left of those it replaced",
      async run({ storage }) {
        for (const id of ["CA1", "CA2", "CA3"]) await tellOf(storage, `evt_${id}`, id);
        const record = await tellOf(storage, "evt_link", "CA3", "CA1");
        assertEqual(
          (await list(storage)).map(({ id }) => id).toSorted(),
          [record.id, (await load(storage, "CA2"))[0]?.record.id],
          "The list",
        );
        assertEqual((await load(storage, "CA1", "CA3")).length, 1, "Loaded by both");
      },
    },
    {
      title: "takes further events and merges after a merge",
      async run({ storage }) {
        for (const id of ["CA1", "CA2", "CA3"]) await tellOf(storage, `evt_${id}`, id);
        await tellOf(storage, "evt_link_1", "CA2", "CA3");
        await tellOf(storage, "evt_more", "CA3");
        const record = await tellOf(storage, "evt_link_2", "CA1", "CA3");
        const found = await storage.get(subject, tenantId, reference("CA2"));
        assertEqual(found?.record, record, `The ${subject}`);
        assertEqual(
          eventIds(found),
          ["evt_CA1", "evt_CA2", "evt_CA3", "evt_link_1", "evt_link_2", "evt_more"],
          "Events",
        );
      },
    },
    {
      title: "is not taken for one with an id that looks alike",
      async run({ storage }) {
        for (const [index, id] of awkwardIds.entries()) await tellOf(storage, `evt_${index}`, id);
        for (const [index, id] of awkwardIds.entries()) {
          const found = await storage.get(subject, tenantId, reference(id));
          assertEqual(found?.record.references, [reference(id)], "References");
          assertEqual(eventIds(found), [`evt_${index}`], "Events");
        }
      },
    },
    {
      title: "keeps NUL, lone surrogates and names such as __proto__",
      async run({ storage }) {
        const told = event({
          id: "evt_1",
          references: [reference("CA1")],
          callFacts: { note: awkwardText, metadata: awkwardJson },
          leadFacts: { firstName: awkwardText, data: awkwardJson },
        });
        const record = await tell(storage, sample, told);
        assertEqual(await storage.get(subject, tenantId, reference("CA1")), { record, events: [told] }, "As told");
        assertEqual(await list(storage), [record], "The list");
      },
    },
    {
      title: "keeps 200 KB of text",
      async run({ storage }) {
        const text = "Räuber 💥 ".repeat(20_000);
        const facts = { callFacts: { transcript: { text, turns: [] } }, leadFacts: { data: text } };
        const record = await tell(storage, sample, event({ id: "evt_1", references: [reference("CA1")], ...facts }));
        assertEqual((await storage.get(subject, tenantId, reference("CA1")))?.record, record, `The ${subject}`);
      },
    },
  ];
  return cases.map((each) => ({ ...each, title: `a ${subject} ${each.title}` }));
}

export const recordCases: readonly StorageCase[] = [
  ...subjectCases(callSample),
  ...subjectCases(leadSample),
  {
    title: "calls and leads with the same reference are apart",
    async run({ storage }) {
      const references = [reference("SAME")];
      const call = await tell(storage, callSample, callSample.event({ id: "evt_call", references }));
      const lead = await tell(storage, leadSample, leadSample.event({ id: "evt_lead", references }));
      assertEqual((await storage.get("call", tenantId, reference("SAME")))?.record, call, "The call");
      assertEqual((await storage.get("lead", tenantId, reference("SAME")))?.record, lead, "The lead");
    },
  },
];
