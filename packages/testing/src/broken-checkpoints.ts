import type { Checkpoint, JsonValue, Storage } from "@offhook/core";
import type { BrokenStorage } from "./broken-storage.ts";
import { able } from "./storage-abilities.ts";
import { unbundled, withCheckpoints, withMethods, withTransaction } from "./storage-flaws.ts";

/** The versions that are stored of a batch's names; 0: none. */
const versionsOf = (
  storage: Pick<Storage, "getCheckpoint">,
  batch: readonly Checkpoint[],
): Promise<readonly number[]> =>
  Promise.all(
    batch.map(async ({ tenantId, name }) => {
      const found = await able(storage, "getCheckpoint").getCheckpoint(tenantId, name);
      return found?.version ?? 0;
    }),
  );

const follow = (batch: readonly Checkpoint[], versions: readonly number[]): boolean =>
  batch.every(({ version }, index) => version === (versions[index] ?? 0) + 1);

/** A storage that changes the checkpoints that it reads. */
const withRead = (change: (found: Checkpoint | undefined, name: string) => Checkpoint | undefined): Storage =>
  withMethods((storage) => ({
    getCheckpoint: async (tenantId, name) => change(await storage.getCheckpoint(tenantId, name), name),
  }));

/** A storage that takes some names for one another. */
const withNames = (nameOf: (name: string) => string): Storage =>
  withMethods((storage) => ({
    write: (work) =>
      storage.write((transaction) =>
        work({
          ...transaction,
          putCheckpoints: (batch) =>
            able(transaction, "putCheckpoints").putCheckpoints(
              batch.map((each) => ({ ...each, name: nameOf(each.name) })),
            ),
        }),
      ),
    async getCheckpoint(tenantId, name) {
      const found = await storage.getCheckpoint(tenantId, nameOf(name));
      return found && { ...found, name };
    },
  }));

const isObject = (value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export const brokenCheckpoints: readonly BrokenStorage[] = [
  {
    flaw: "writes a checkpoint whatever its version",
    caughtBy: "a checkpoint that does not follow upon what is there is not put",
    makeStorage: () =>
      withTransaction((transaction, storage) => ({
        async putCheckpoints(batch) {
          const versions = await versionsOf(storage, batch);
          return transaction.putCheckpoints(
            batch.map((each, index) => ({ ...each, version: (versions[index] ?? 0) + 1 })),
          );
        },
      })),
  },
  {
    flaw: "says that it put what it did not put",
    caughtBy: "a checkpoint that does not follow upon what is there is not put",
    makeStorage: () =>
      withTransaction((transaction) => ({
        async putCheckpoints(batch) {
          await transaction.putCheckpoints(batch);
          return true;
        },
      })),
  },
  {
    flaw: "writes those of a batch that follow",
    caughtBy: "of several checkpoints none is put where one does not follow",
    makeStorage: () =>
      withTransaction((transaction) => ({
        async putCheckpoints(batch) {
          const followed: boolean[] = [];
          for (const each of batch) followed.push(await transaction.putCheckpoints([each]));
          return !followed.includes(false);
        },
      })),
  },
  {
    flaw: "writes the first checkpoint of a batch only",
    caughtBy: "50 checkpoints are put in one batch, and a batch of none is put as well",
    makeStorage: () =>
      withTransaction((transaction) => ({
        putCheckpoints: (batch) => transaction.putCheckpoints(batch.slice(0, 1)),
      })),
  },
  {
    flaw: "says of no checkpoints that they do not follow",
    caughtBy: "50 checkpoints are put in one batch, and a batch of none is put as well",
    makeStorage: () =>
      withTransaction((transaction) => ({
        putCheckpoints: async (batch) => batch.length > 0 && transaction.putCheckpoints(batch),
      })),
  },
  {
    flaw: "compares with what was there when the transaction began",
    caughtBy: "checkpoints of one name follow upon each other in a write",
    makeStorage: () =>
      withTransaction((transaction, storage) => ({
        async putCheckpoints(batch) {
          await transaction.putCheckpoints(batch);
          return follow(batch, await versionsOf(storage, batch));
        },
      })),
  },
  {
    flaw: "writes the last of a name in a batch without a look at the others",
    caughtBy: "checkpoints of one name follow upon each other in a batch",
    makeStorage: () =>
      withTransaction((transaction) => ({
        putCheckpoints: (batch) =>
          transaction.putCheckpoints([
            ...new Map(batch.map((each) => [`${each.tenantId}\u0000${each.name}`, each])).values(),
          ]),
      })),
  },
  {
    flaw: "takes the whole write back where a checkpoint does not follow",
    caughtBy: "a checkpoint that does not follow leaves the other writes of its transaction",
    makeStorage: () =>
      withMethods((storage) => ({
        async write(work) {
          let isRefused = false;
          let result: { readonly value: Awaited<ReturnType<typeof work>> } | undefined;
          try {
            await storage.write(async (transaction) => {
              const value = await work({
                ...transaction,
                async putCheckpoints(batch) {
                  const followed = await able(transaction, "putCheckpoints").putCheckpoints(batch);
                  isRefused ||= !followed;
                  return followed;
                },
              });
              result = { value };
              if (isRefused) throw new Error("Rolled back");
            });
          } catch (error) {
            if (result === undefined) throw error;
          }
          if (result === undefined) throw new Error("Expected a result, got none");
          return result.value;
        },
      })),
  },
  {
    flaw: "keeps checkpoints of a failed write",
    caughtBy: "nothing remains of a failed write: checkpoints",
    makeStorage: () =>
      withTransaction((_transaction, storage) => ({
        async putCheckpoints(batch) {
          void storage.write(async (other) => other.putCheckpoints?.(batch));
          return follow(batch, await versionsOf(storage, batch));
        },
      })),
  },
  {
    flaw: "shows a checkpoint before its commit",
    caughtBy: "nothing remains of a failed write: checkpoints",
    makeStorage() {
      let putNow: readonly Checkpoint[] = [];
      return withMethods((storage) => ({
        write: (work) =>
          storage
            .write((transaction) =>
              work({
                ...transaction,
                async putCheckpoints(batch) {
                  const followed = await able(transaction, "putCheckpoints").putCheckpoints(batch);
                  if (followed) putNow = batch;
                  return followed;
                },
              }),
            )
            .finally(() => (putNow = [])),
        getCheckpoint: async (tenantId, name) =>
          putNow.find((each) => each.tenantId === tenantId && each.name === name) ??
          storage.getCheckpoint(tenantId, name),
      }));
    },
  },
  {
    flaw: "begins to count at nought",
    caughtBy: "where no checkpoint was put there is none",
    makeStorage: () => withRead((found, name) => found ?? { tenantId: "default", name, version: 0, value: null }),
  },
  {
    flaw: "gives versions as text",
    caughtBy: "the first checkpoint of a name has version 1, and each next one more",
    // The type does not allow what drivers do with big integers.
    makeStorage: () => withRead((found) => found && { ...found, version: String(found.version) as unknown as number }),
  },
  {
    flaw: "keeps members of the value before",
    caughtBy: "a checkpoint takes the place of the one before as a whole",
    makeStorage() {
      const values = new Map<string, JsonValue>();
      return withCheckpoints((each) => {
        const before = values.get(each.name);
        const value = isObject(before) && isObject(each.value) ? { ...before, ...each.value } : each.value;
        values.set(each.name, value);
        return { ...each, value };
      });
    },
  },
  {
    flaw: "takes a value of null for none",
    caughtBy: "a checkpoint's value may be any JSON",
    makeStorage: () => withRead((found) => (found?.value === null ? undefined : found)),
  },
  {
    flaw: "cannot hold NUL in a checkpoint",
    caughtBy: "a checkpoint's value may be any JSON",
    makeStorage: () =>
      withCheckpoints((each) => ({
        ...each,
        // What was JSON is JSON still.
        value: JSON.parse(JSON.stringify(each.value).replaceAll("\\u0000", "")) as JsonValue,
      })),
  },
  {
    flaw: "loses members of a value that are called as a prototype is",
    caughtBy: "a checkpoint's value may be any JSON",
    makeStorage: () =>
      withCheckpoints((each) => ({
        ...each,
        value: isObject(each.value) ? Object.assign({}, each.value) : each.value,
      })),
  },
  {
    flaw: "does not tell apart names that differ in case",
    caughtBy: "checkpoints whose names look alike are apart",
    makeStorage: () => withNames((name) => name.toLowerCase()),
  },
  {
    flaw: "cuts long names",
    caughtBy: "checkpoints whose names look alike are apart",
    makeStorage: () => withNames((name) => name.slice(0, 254)),
  },
  {
    flaw: "normalises names",
    caughtBy: "checkpoints whose names look alike are apart",
    makeStorage: () => withNames((name) => name.normalize()),
  },
  {
    flaw: "has one checkpoint of a name for all tenants",
    caughtBy: "each tenant has its own checkpoint of the same name",
    makeStorage: () =>
      withMethods((storage) => ({
        write: (work) =>
          storage.write((transaction) =>
            work({
              ...transaction,
              putCheckpoints: (batch) =>
                able(transaction, "putCheckpoints").putCheckpoints(
                  batch.map((each) => ({ ...each, tenantId: "north" })),
                ),
            }),
          ),
        async getCheckpoint(tenantId, name) {
          const found = await storage.getCheckpoint("north", name);
          return found && { ...found, tenantId };
        },
      })),
  },
  {
    flaw: "reads a checkpoint of another tenant",
    caughtBy: "two tenants: getCheckpoint reads the same whatever another tenant has",
    makeStorage: () =>
      withMethods((storage) => ({
        getCheckpoint: async (tenantId, name) =>
          (await storage.getCheckpoint(tenantId, name)) ?? storage.getCheckpoint("south", name),
      })),
  },
  {
    flaw: "puts a checkpoint for every tenant",
    caughtBy: "two tenants: putCheckpoints of one leaves all that another reads as it is",
    makeStorage: () =>
      withTransaction((transaction) => ({
        async putCheckpoints(batch) {
          await transaction.putCheckpoints(batch.map((each) => ({ ...each, tenantId: "south" })));
          return transaction.putCheckpoints(batch);
        },
      })),
  },
  ...[
    "of 20 writes that put the same checkpoint at the same time one comes through",
    "of two storages over the same data that put the same checkpoint one comes through",
    "20 writes that count by a checkpoint at the same time lose nothing",
    "two storages over the same data that count by a checkpoint lose nothing",
    "of two storages over the same data each puts all of its checkpoints or none",
  ].map((caughtBy) => ({
    flaw: `compares versions before it may write (${caughtBy})`,
    caughtBy,
    makeStorage: () =>
      withMethods((storage) => ({
        write: (work) =>
          work({
            ...unbundled(storage),
            async putCheckpoints(batch) {
              if (!follow(batch, await versionsOf(storage, batch))) return false;
              await storage.write(async (transaction) => transaction.putCheckpoints?.(batch));
              return true;
            },
          }),
      })),
  })),
];
