import type { BrokenStorage } from "./broken-storage.ts";
import { inOrder, unbundled, withMethods, withTransaction, withWrites } from "./storage-flaws.ts";

export const brokenTransactions: readonly BrokenStorage[] = [
  {
    flaw: "is not atomic",
    caughtBy: "nothing remains of a failed write: calls",
    makeStorage: () => withWrites(inOrder(), unbundled),
  },
  {
    flaw: "leaves jobs of a failed write behind",
    caughtBy: "nothing remains of a failed write: jobs",
    makeStorage: () =>
      withMethods((storage) => ({
        write: (work) =>
          storage.write((transaction) =>
            work({
              ...transaction,
              insertJobs: async (jobs) => void storage.write((other) => other.insertJobs(jobs)),
            }),
          ),
      })),
  },
  {
    flaw: "does not serialise writes",
    caughtBy: "20 writes to one call at the same time lose no event",
    makeStorage: () => withWrites((run) => run(), unbundled),
  },
  {
    flaw: "wraps the errors of the work",
    caughtBy: "an error that the work throws passes through unchanged",
    makeStorage: () =>
      withMethods((storage) => ({
        write: (work) =>
          storage.write(work).catch((cause: unknown) => {
            throw new Error("The write failed", { cause });
          }),
      })),
  },
  {
    flaw: "commits after it said so",
    caughtBy: "what a write has written is read as soon as it resolves",
    makeStorage: () =>
      withTransaction((transaction, storage) => ({
        async save(subject, changes) {
          const late = () => storage.write((later) => later.save(subject, changes));
          setTimeout(() => void late().catch(() => undefined), 5);
        },
      })),
  },
  {
    flaw: "works on after closing",
    caughtBy: "a closed storage refuses write with a StorageError",
    makeStorage: () => withMethods(() => ({ close: () => Promise.resolve() })),
  },
];
