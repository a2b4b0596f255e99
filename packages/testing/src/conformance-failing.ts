import type { Storage, StorageTransaction } from "@offhook/core";
import { assertRejects, assertThat } from "./conformance-assert.ts";

/** Runs `work` in a transaction that fails after it. */
export async function failAfter(
  storage: Storage,
  work: (transaction: StorageTransaction) => Promise<unknown>,
): Promise<void> {
  const failure = new Error("The work failed");
  const thrown = await assertRejects(
    storage.write(async (transaction) => {
      await work(transaction);
      throw failure;
    }),
    "A write whose work throws",
  );
  assertThat(thrown === failure, "a write throws the very error that its work threw");
}
