import type { Checkpoint, JsonValue, Storage, StorageTransaction } from "@offhook/core";
import { assertEqual, assertThat } from "./conformance-assert.ts";
import type { StorageCase } from "./conformance-case.ts";
import { failAfter } from "./conformance-failing.ts";
import { able } from "./storage-abilities.ts";
import { awkwardJson, awkwardText, job, tenantId } from "./storage-samples.ts";

const checkpoint = (version: number, members: Partial<Checkpoint> = {}): Checkpoint => ({
  tenantId,
  name: "import",
  version,
  value: { page: version },
  ...members,
});

/** The first of each name. */
const firsts = (...names: readonly string[]): readonly Checkpoint[] => names.map((name) => checkpoint(1, { name }));

const putIn = (transaction: StorageTransaction, ...checkpoints: readonly Checkpoint[]): Promise<boolean> =>
  able(transaction, "putCheckpoints").putCheckpoints(checkpoints);

const put = (storage: Storage, ...checkpoints: readonly Checkpoint[]): Promise<boolean> =>
  storage.write((transaction) => putIn(transaction, ...checkpoints));

const get = (storage: Storage, name = "import", tenant = tenantId): Promise<Checkpoint | undefined> =>
  able(storage, "getCheckpoint").getCheckpoint(tenant, name);

let nested: JsonValue = [];
for (let depth = 0; depth < 200; depth += 1) nested = depth % 2 === 0 ? { nested } : [nested];

const plainValues = [null, true, false, 0, -1.5, 1e21, 2 ** 53 - 1, "", " ", "null", "line\nbreak", awkwardText];
const values: readonly JsonValue[] = [
  ...plainValues,
  [],
  {},
  [[], {}, null, ""],
  { "": "" },
  { a: { b: [{ c: null }] }, "b c": [1, [2, [3]]] },
  awkwardJson,
  nested,
  "x".repeat(100_000),
];

const long = "n".repeat(254);

const lookAlikes = ["a", "A", "a ", " a", "a:b", "a/b", "a%", "a_", "é", "e\u0301", "0", "00", "\ud800", "\udc00"];
const syntax = ["%", "'", '"', '"a"', "\\", "null", "__proto__", "constructor", "\u2028", "'; drop table x; --"];
/** Names that databases like to take for one another, or for syntax. */
const awkwardNames: readonly string[] = [
  ...lookAlikes,
  ...syntax,
  `${long}a`,
  `${long}b`,
  "é".repeat(255),
  "💥".repeat(127),
];

/** Puts the next version until no one else was faster. */
async function countOn(storage: Storage): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const version = (await get(storage))?.version ?? 0;
    if (await put(storage, checkpoint(version + 1, { value: version + 1 }))) return;
  }
  assertThat(false, "of those that put a checkpoint at the same time one comes through each time");
}

/** Lets all of them put the same versions at the same time, in turns by each of the storages. */
async function race(storages: readonly [Storage, ...Storage[]]): Promise<void> {
  for (const version of [1, 2, 3]) {
    const wins = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        put(storages[index % storages.length] ?? storages[0], checkpoint(version, { value: index })),
      ),
    );
    assertEqual(wins.filter((won) => won).length, 1, `Puts of version ${version} that came through`);
    for (const each of storages) {
      assertEqual(await get(each), checkpoint(version, { value: wins.indexOf(true) }), "What is there then");
    }
  }
}

const cases: readonly StorageCase[] = [
  {
    title: "where no checkpoint was put there is none",
    async run({ storage }) {
      assertEqual(await get(storage), undefined, "The checkpoint");
      await put(storage, checkpoint(1, { name: "other" }));
      assertEqual(await get(storage), undefined, "The checkpoint beside another");
    },
  },
  {
    title: "the first checkpoint of a name has version 1, and each next one more",
    async run({ storage }) {
      for (const version of [1, 2, 3]) {
        assertEqual(await put(storage, checkpoint(version)), true, `Whether version ${version} follows`);
        assertEqual(await get(storage), checkpoint(version), `Version ${version}`);
      }
    },
  },
  {
    title: "a checkpoint that does not follow upon what is there is not put",
    async run({ storage }) {
      const refused = async (...versions: readonly number[]): Promise<void> => {
        const before = await get(storage);
        for (const version of versions) {
          const found = await put(storage, checkpoint(version, { value: "too late" }));
          assertEqual(found, false, `Whether version ${version} follows upon ${before?.version ?? "none"}`);
          assertEqual(await get(storage), before, "What is there");
        }
      };
      await refused(0, 2, -1);
      await put(storage, checkpoint(1));
      await refused(1, 3, 0);
      await put(storage, checkpoint(2));
      await refused(1, 2, 4);
    },
  },
  {
    title: "a checkpoint takes the place of the one before as a whole",
    async run({ storage }) {
      const written: readonly JsonValue[] = [{ page: 1, more: { a: 1, b: 2 } }, { more: { b: 3 } }, [1, 2], [3], null];
      for (const [index, value] of written.entries()) {
        await put(storage, checkpoint(index + 1, { value }));
        assertEqual(await get(storage), checkpoint(index + 1, { value }), "The checkpoint");
      }
    },
  },
  {
    title: "50 checkpoints are put in one batch, and a batch of none is put as well",
    async run({ storage }) {
      const names = Array.from({ length: 50 }, (_, index) => `import ${index}`);
      for (const version of [1, 2]) {
        const batch = names.map((name, index) => checkpoint(version, { name, value: { index } }));
        assertEqual(await put(storage, ...batch.toReversed()), true, "Whether all follow");
        const found = await Promise.all(names.map((name) => get(storage, name)));
        assertEqual(found, batch, "What is there");
      }
      assertEqual(await put(storage), true, "Whether none of none fails to follow");
    },
  },
  {
    title: "of several checkpoints none is put where one does not follow",
    async run({ storage }) {
      await put(storage, ...firsts("b", "d"));
      const batch = ["a", "b", "c", "d"].map((name) => checkpoint(name === "b" || name === "d" ? 2 : 1, { name }));
      for (const [index, { version, name }] of batch.entries()) {
        for (const wrong of [version - 1, version + 1]) {
          const found = await put(storage, ...batch.with(index, checkpoint(wrong, { name })));
          assertEqual(found, false, `Whether all follow, with version ${wrong} of ${name}`);
          const there = await Promise.all(batch.map((each) => get(storage, each.name)));
          assertEqual(
            there.map((each) => each?.version),
            [undefined, 1, undefined, 1],
            "What is there",
          );
        }
      }
      assertEqual(await put(storage, ...batch), true, "Whether all follow in the end");
      const there = await Promise.all(batch.map(({ name }) => get(storage, name)));
      assertEqual(there, batch, "What is there in the end");
    },
  },
  {
    title: "checkpoints of one name follow upon each other in a write",
    async run({ storage }) {
      const followed = await storage.write(async (transaction) => {
        const found: boolean[] = [];
        for (const version of [1, 1, 3, 2, 1, 2]) found.push(await putIn(transaction, checkpoint(version)));
        return found;
      });
      assertEqual(followed, [true, false, false, true, false, false], "Whether 1, 1, 3, 2, 1 and 2 follow");
      assertEqual(await get(storage), checkpoint(2), "The checkpoint");
    },
  },
  {
    title: "checkpoints of one name follow upon each other in a batch",
    async run({ storage }) {
      const batch = (...versions: readonly number[]) => versions.map((version) => checkpoint(version));
      for (const versions of [
        [1, 1],
        [2, 1],
        [1, 3],
      ]) {
        assertEqual(await put(storage, ...batch(...versions)), false, `Whether ${versions.join(", ")} follow`);
      }
      assertEqual(await get(storage), undefined, "The checkpoint");
      assertEqual(await put(storage, ...batch(1, 2, 3)), true, "Whether 1, 2, 3 follow");
      assertEqual(await get(storage), checkpoint(3), "The checkpoint then");
    },
  },
  {
    title: "a checkpoint that does not follow leaves the other writes of its transaction",
    async run({ storage }) {
      await put(storage, checkpoint(1));
      const followed = await storage.write(async (transaction) => {
        await transaction.insertJobs([job("before")]);
        const before = await putIn(transaction, ...firsts("before"));
        const lost = await putIn(transaction, ...firsts("lost", "import"));
        await transaction.insertJobs([job("after")]);
        return [before, lost, await putIn(transaction, ...firsts("after"))];
      });
      assertEqual(followed, [true, false, true], "Whether each follows");
      assertEqual((await storage.health(tenantId)).jobs.waiting, 2, "Jobs");
      const there = await Promise.all(["before", "lost", "import", "after"].map((name) => get(storage, name)));
      assertEqual(
        there.map((each) => each?.version),
        [1, undefined, 1, 1],
        "Checkpoints",
      );
    },
  },
  {
    title: "nothing remains of a failed write: checkpoints",
    async run({ storage }) {
      await put(storage, checkpoint(1));
      let seen: Promise<Checkpoint | undefined> | undefined;
      await failAfter(storage, async (transaction) => {
        await putIn(transaction, checkpoint(2), ...firsts("other"));
        // Not awaited here: a storage may let reads wait for the write.
        seen = get(storage);
      });
      assertEqual(await seen, checkpoint(1), "What others see meanwhile");
      const left = async () => [await get(storage), await get(storage, "other")];
      assertEqual(await left(), [checkpoint(1), undefined], "What is left");
      // Nor does the next write bring it along.
      await put(storage, checkpoint(1, { name: "third" }));
      assertEqual(await left(), [checkpoint(1), undefined], "What is left after another write");
      assertEqual(await put(storage, checkpoint(2)), true, "Whether the same follows later");
    },
  },
  {
    title: "a checkpoint's value may be any JSON",
    async run({ storage }) {
      for (const [index, value] of values.entries()) {
        const written = checkpoint(1, { name: `value ${index}`, value });
        assertEqual(await put(storage, written), true, "Whether it follows");
        assertEqual(await get(storage, written.name), written, "The checkpoint");
      }
      // The same in a row, each in place of another.
      for (const [index, value] of values.entries()) await put(storage, checkpoint(index + 1, { value }));
      assertEqual((await get(storage))?.version, values.length, "The last version");
    },
  },
  {
    title: "checkpoints whose names look alike are apart",
    async run({ storage }) {
      const written = awkwardNames.map((name, index) => checkpoint(1, { name, value: index }));
      assertEqual(await put(storage, ...written), true, "Whether all follow");
      const found = await Promise.all(awkwardNames.map((name) => get(storage, name)));
      assertEqual(found, written, "What is there");
    },
  },
  {
    title: "each tenant has its own checkpoint of the same name",
    async run({ storage }) {
      const tenants = ["north", "south", "NORTH"].map((tenant) => ({ tenantId: tenant }));
      const written = tenants.map((own, index) => checkpoint(1, { ...own, value: index }));
      assertEqual(await put(storage, ...written), true, "Whether all follow");
      assertEqual(await put(storage, checkpoint(2, { tenantId: "north" })), true, "Whether one goes on");
      assertEqual(await put(storage, checkpoint(3, { tenantId: "south" })), false, "Whether another follows upon it");
      const found = await Promise.all(tenants.map((own) => get(storage, "import", own.tenantId)));
      assertEqual(found, written.with(0, checkpoint(2, { tenantId: "north" })), "What is there");
      assertEqual(await get(storage, "import", "west"), undefined, "What is there for a tenant that put none");
    },
  },
  {
    title: "of 20 writes that put the same checkpoint at the same time one comes through",
    run: ({ storage }) => race([storage]),
  },
  {
    title: "20 writes that count by a checkpoint at the same time lose nothing",
    async run({ storage }) {
      await Promise.all(Array.from({ length: 20 }, () => countOn(storage)));
      assertEqual(await get(storage), checkpoint(20, { value: 20 }), "The checkpoint");
    },
  },
  {
    title: "of two storages over the same data that put the same checkpoint one comes through",
    needs: ["concurrentProcesses"],
    run: async ({ storage, another }) => race([storage, await another()]),
  },
  {
    title: "two storages over the same data that count by a checkpoint lose nothing",
    needs: ["concurrentProcesses"],
    async run({ storage, another }) {
      const other = await another();
      await Promise.all(Array.from({ length: 20 }, (_, index) => countOn(index % 2 === 0 ? storage : other)));
      for (const each of [storage, other]) {
        assertEqual(await get(each), checkpoint(20, { value: 20 }), "The checkpoint");
      }
    },
  },
  {
    title: "of two storages over the same data each puts all of its checkpoints or none",
    needs: ["concurrentProcesses"],
    async run({ storage, another }) {
      const storages = [storage, await another()] as const;
      for (const version of [1, 2, 3]) {
        // Two names that all of them put, and two of each one's own that lie around these.
        const own = (index: number) => [`a ${version} ${index}`, `z ${version} ${index}`];
        const wins = await Promise.all(
          Array.from({ length: 12 }, (_, index) => {
            const common = ["m", "n"].map((name) => checkpoint(version, { name, value: index }));
            const batch = [...firsts(...own(index)), ...common];
            const place = index % batch.length;
            return put(storages[index % 2 === 0 ? 0 : 1], ...batch.slice(place), ...batch.slice(0, place));
          }),
        );
        assertEqual(wins.filter((won) => won).length, 1, `Batches with version ${version} that came through`);
        const winner = wins.indexOf(true);
        for (const name of ["m", "n"]) {
          assertEqual(await get(storage, name), checkpoint(version, { name, value: winner }), "What all of them put");
        }
        for (const index of wins.keys()) {
          const there = await Promise.all(own(index).map((name) => get(storage, name)));
          const expected = index === winner ? firsts(...own(index)) : [undefined, undefined];
          assertEqual(there, expected, "What one of them put");
        }
      }
    },
  },
  {
    title: "checkpoints are there after closing and opening again",
    needs: ["durable"],
    async run({ storage, reopen }) {
      await put(storage, checkpoint(1), checkpoint(1, { name: "other", value: awkwardJson }));
      await put(storage, checkpoint(2));
      const again = await reopen();
      assertEqual(await get(again), checkpoint(2), "The one");
      assertEqual(await get(again, "other"), checkpoint(1, { name: "other", value: awkwardJson }), "The other");
      assertEqual(await put(again, checkpoint(2)), false, "Whether the same follows again");
      assertEqual(await put(again, checkpoint(3)), true, "Whether the next follows");
    },
  },
];

export const checkpointCases: readonly StorageCase[] = cases.map((each) => ({
  ...each,
  needs: ["checkpoints", ...(each.needs ?? [])],
}));
