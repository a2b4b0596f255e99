import type { BrokenStorage } from "./broken-storage.ts";
import { withMethods, withTransaction, withUpdates } from "./storage-flaws.ts";

export const brokenCorrections: readonly BrokenStorage[] = [
  {
    flaw: "keeps the bytes of what is erased",
    caughtBy: "a correction keeps the bytes, or lets them go and says when",
    makeStorage: () => withUpdates((each) => ({ ...each, keepBody: true })),
  },
  {
    flaw: "lets go of the bytes of whatever it corrects",
    caughtBy: "a corrected delivery reads as corrected, and is otherwise as it came in",
    makeStorage: () => withUpdates((each) => ({ ...each, keepBody: false })),
  },
  {
    flaw: "does not say when a body went",
    caughtBy: "a correction keeps the bytes, or lets them go and says when",
    makeStorage: () => withUpdates((each) => ({ ...each, delivery: { ...each.delivery, bodyRemovedAt: null } })),
  },
  {
    flaw: "corrects all but the references",
    caughtBy: "a corrected delivery reads as corrected, and is otherwise as it came in",
    makeStorage: () =>
      withUpdates(({ delivery, keepBody }) => {
        const { references: _references, ...rest } = delivery;
        // What a statement would do that forgets a column.
        return { delivery: rest as typeof delivery, keepBody };
      }),
  },
  {
    flaw: "never sets to null what it corrects",
    caughtBy: "a correction may set to null, and back again",
    makeStorage: () =>
      withUpdates(({ delivery, keepBody }) => ({ delivery: { ...delivery, kind: delivery.kind ?? "kept" }, keepBody })),
  },
  {
    flaw: "counts duplicates of a corrected delivery anew",
    caughtBy: "the same content as a corrected or erased delivery is a duplicate of it",
    makeStorage() {
      const corrected = new Set<string>();
      return withMethods((storage) => ({
        write: (work) =>
          storage.write((transaction) =>
            work({
              ...transaction,
              async updateDeliveries(updates) {
                for (const { delivery } of updates) corrected.add(delivery.id);
                return transaction.updateDeliveries?.(updates) ?? 0;
              },
            }),
          ),
        async getDelivery(tenantId, id) {
          const found = await storage.getDelivery(tenantId, id);
          return found && corrected.has(id) ? { ...found, duplicates: 0 } : found;
        },
      }));
    },
  },
  {
    flaw: "forgets what it has erased",
    caughtBy: "the same content as a corrected or erased delivery is a duplicate of it",
    makeStorage() {
      let erased = false;
      return withTransaction((transaction) => ({
        insertDeliveries: (batch) =>
          transaction.insertDeliveries(erased ? batch.map((each) => ({ ...each, identity: each.id })) : batch),
        async updateDeliveries(updates) {
          erased ||= updates.some(({ keepBody }) => !keepBody);
          return transaction.updateDeliveries(updates);
        },
      }));
    },
  },
  {
    flaw: "stops at a delivery that does not exist",
    caughtBy: "corrections of deliveries that do not exist are passed over, and so is a batch of none",
    makeStorage: () =>
      withMethods((storage) => ({
        async write(work) {
          const { data } = await storage.listDeliveries({ tenantId: "default", limit: 200 });
          const known = new Set(data.map(({ id }) => id));
          return storage.write((transaction) =>
            work({
              ...transaction,
              async updateDeliveries(updates) {
                const end = updates.findIndex(({ delivery }) => !known.has(delivery.id));
                return transaction.updateDeliveries?.(end === -1 ? updates : updates.slice(0, end)) ?? 0;
              },
            }),
          );
        },
      })),
  },
  {
    flaw: "keeps corrections of a failed write",
    caughtBy: "nothing remains of a failed write: corrections",
    makeStorage: () =>
      withTransaction((_transaction, storage) => ({
        async updateDeliveries(updates) {
          void storage.write(async (other) => other.updateDeliveries?.(updates));
          return updates.length;
        },
      })),
  },
  {
    flaw: "brings bytes back that are gone",
    caughtBy: "a correction that keeps the bytes passes over a delivery whose bytes are gone",
    makeStorage: () =>
      withTransaction((transaction) => ({
        updateDeliveries: (updates) =>
          transaction.updateDeliveries(updates.map((each) => ({ ...each, keepBody: false }))),
      })),
  },
  {
    flaw: "counts corrections that it has passed over",
    caughtBy: "a correction says how many deliveries it corrected",
    makeStorage: () =>
      withTransaction((transaction) => ({
        async updateDeliveries(updates) {
          await transaction.updateDeliveries(updates);
          return updates.length;
        },
      })),
  },
];
