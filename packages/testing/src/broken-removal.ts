import type { EventOf, Stored, Subject } from "@offhook/core";
import type { BrokenStorage } from "./broken-storage.ts";
import { withMethods, withTransaction } from "./storage-flaws.ts";

export const brokenRemoval: readonly BrokenStorage[] = [
  {
    flaw: "removes a record under its first reference only",
    caughtBy: "a call that is removed is found by none of its references, nor listed or counted",
    makeStorage: () =>
      withTransaction((transaction) => ({
        remove: (subject, stored) =>
          transaction.remove(
            subject,
            stored.map((each) => ({
              ...each,
              record: { ...each.record, references: each.record.references.slice(0, 1) },
            })),
          ),
      })),
  },
  {
    flaw: "removes the first of several records only",
    caughtBy: "a lead may be removed together with others, or none",
    makeStorage: () =>
      withTransaction((transaction) => ({
        remove: (subject, stored) => transaction.remove(subject, stored.slice(0, 1)),
      })),
  },
  {
    flaw: "keeps the events of what it removes",
    caughtBy: "a call begins anew when it is told of after it was removed",
    makeStorage() {
      const kept: EventOf<Subject>[] = [];
      return withMethods((storage) => ({
        write: (work) =>
          storage.write((transaction) =>
            work({
              ...transaction,
              async remove(subject, stored) {
                for (const { events } of stored) kept.push(...events);
                await transaction.remove?.(subject, stored);
              },
            }),
          ),
        async get<S extends Subject>(...[subject, tenantId, reference]: [S, string, { provider: string; id: string }]) {
          const found = await storage.get(subject, tenantId, reference);
          // Each case has one subject only.
          return found && { ...found, events: [...(kept as unknown as Stored<S>["events"]), ...found.events] };
        },
      }));
    },
  },
  {
    flaw: "removes after it saves",
    caughtBy: "a call may be removed and saved anew in one write, with the same id, references and events",
    makeStorage: () =>
      withMethods((storage) => ({
        write: (work) =>
          storage.write(async (transaction) => {
            const late: (() => Promise<void> | undefined)[] = [];
            const result = await work({
              ...transaction,
              remove: async (subject, stored) => void late.push(() => transaction.remove?.(subject, stored)),
            });
            for (const remove of late) await remove();
            return result;
          }),
      })),
  },
  {
    flaw: "removes what a failed write removed",
    caughtBy: "a call that a failed write removed is as it was",
    makeStorage: () =>
      withTransaction((_transaction, storage) => ({
        remove: async (subject, stored) => void storage.write(async (other) => other.remove?.(subject, stored)),
      })),
  },
  {
    flaw: "removes the lead together with the call",
    caughtBy: "a call that is removed leaves the lead of the same reference",
    makeStorage: () =>
      withTransaction((transaction) => ({
        async remove(subject, stored) {
          await transaction.remove(subject, stored);
          for (const { record } of stored) {
            await transaction.remove("lead", await transaction.load("lead", record.tenantId, record.references));
          }
        },
      })),
  },
];
