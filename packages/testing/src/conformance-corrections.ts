import type { Delivery, DeliveryUpdate, Storage } from "@offhook/core";
import { assertEqual, assertThat } from "./conformance-assert.ts";
import type { StorageCase } from "./conformance-case.ts";
import { failAfter } from "./conformance-failing.ts";
import { able } from "./storage-abilities.ts";
import { at, awkwardJson, awkwardText, delivery, reference, tenantId } from "./storage-samples.ts";

const journal = (storage: Storage, ...deliveries: readonly Delivery[]) =>
  storage.write((transaction) => transaction.insertDeliveries(deliveries));

const correct = (storage: Storage, ...updates: readonly DeliveryUpdate[]): Promise<number> =>
  storage.write((transaction) => able(transaction, "updateDeliveries").updateDeliveries(updates));

const get = (storage: Storage, { id }: Delivery): Promise<Delivery | undefined> => storage.getDelivery(tenantId, id);

/** Everything that a correction may change, changed. */
const corrected = {
  kind: "begun",
  status: "failed",
  error: { code: "mapper_failed", message: "Expected a call, got none" },
  url: "/api/webhooks/toy/events",
  headers: { "content-type": "text/plain", "x-new": "1" },
  remoteAddress: null,
  references: [reference("CA7"), reference("conv7", "other", "session")],
  test: true,
} as const satisfies Partial<Delivery>;

/** Of a correction: what a journal row has of it. */
function update(row: Delivery, members: Partial<DeliveryUpdate["delivery"]> = {}, keepBody = true): DeliveryUpdate {
  const { id, kind, status, error, url, headers, remoteAddress, references, test, bodyRemovedAt } = row;
  const own = { tenantId: row.tenantId, id };
  return {
    delivery: {
      ...own,
      kind,
      status,
      error,
      url,
      headers,
      remoteAddress,
      references,
      test,
      bodyRemovedAt,
      ...members,
    },
    keepBody,
  };
}

const erased = (row: Delivery): Delivery => ({ ...row, body: new Uint8Array(), bodyRemovedAt: at(99) });
const erase = (row: Delivery): DeliveryUpdate => update(row, { bodyRemovedAt: at(99) }, false);

const cases: readonly StorageCase[] = [
  {
    title: "a corrected delivery reads as corrected, and is otherwise as it came in",
    async run({ storage }) {
      const row = delivery(1);
      await journal(storage, row, delivery(2));
      await correct(storage, update(row, corrected));
      assertEqual(await get(storage, row), { ...row, ...corrected }, "The delivery");
      assertEqual(await get(storage, delivery(2)), delivery(2), "Another one");
    },
  },
  {
    title: "a correction that keeps the bytes passes over a delivery whose bytes are gone",
    async run({ storage }) {
      const row = delivery(1);
      await journal(storage, row);
      await correct(storage, erase(row));
      await correct(storage, update(row, corrected));
      assertEqual(await get(storage, row), erased(row), "The delivery");
      await correct(storage, update(row, { ...corrected, bodyRemovedAt: at(99) }, false));
      assertEqual(await get(storage, row), { ...erased(row), ...corrected }, "One that keeps nothing");
    },
  },
  {
    title: "a correction says how many deliveries it corrected",
    async run({ storage }) {
      await journal(storage, delivery(1), delivery(2), delivery(3));
      await correct(storage, erase(delivery(2)));
      const rows = [delivery(1), delivery(2), delivery(3), delivery(4)];
      const count = await correct(storage, ...rows.map((row) => update(row, corrected)));
      assertEqual(count, 2, "How many there were");
      assertEqual(await correct(storage), 0, "Of none");
    },
  },
  {
    title: "a correction may set to null, and back again",
    async run({ storage }) {
      const row = delivery(1, corrected);
      await journal(storage, row);
      const empty = { kind: null, error: null, remoteAddress: null, references: [], headers: {} };
      await correct(storage, update(row, empty));
      assertEqual(await get(storage, row), { ...row, ...empty }, "With nulls");
      await correct(storage, update(row));
      assertEqual(await get(storage, row), row, "As before");
    },
  },
  {
    title: "a correction changes neither what a delivery was when it came in nor how often it came",
    async run({ storage }) {
      const row = delivery(1);
      await journal(storage, row, delivery(2, { identity: row.identity }));
      const { delivery: own, keepBody } = update(row, corrected);
      // The rest of a whole delivery that was read before: the type lets more members pass than it names.
      const rest = { duplicates: 0, identity: null, provider: "other", route: "x", method: "GET", receivedAt: at(50) };
      await correct(storage, { delivery: { ...rest, ...own }, keepBody });
      assertEqual(await get(storage, row), { ...row, ...corrected, duplicates: 1 }, "The delivery");
    },
  },
  {
    title: "a correction keeps the bytes, or lets them go and says when",
    async run({ storage }) {
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      const rows = [1, 2].map((order) => delivery(order, { body: bytes, bodyBytes: 9_999 }));
      const [kept, gone] = rows;
      if (kept === undefined || gone === undefined) return;
      await journal(storage, ...rows);
      await correct(storage, update(kept), erase(gone));
      assertEqual(await get(storage, kept), kept, "With its body");
      const found = await get(storage, gone);
      assertThat(found?.body instanceof Uint8Array, "a body that went is a Uint8Array still");
      assertEqual(found, erased(gone), "Without its body");
      await correct(storage, update(erased(gone), { kind: "begun" }, false));
      assertEqual(await get(storage, gone), { ...erased(gone), kind: "begun" }, "Corrected once more");
    },
  },
  {
    title: "a corrected delivery is listed and counted by what it is now, at its old place",
    async run({ storage }) {
      const row = delivery(2);
      await journal(storage, delivery(1), row, delivery(3));
      await correct(storage, update(row, { ...corrected, bodyRemovedAt: at(99) }, false));
      const { body: _body, ...summary } = { ...erased(row), ...corrected };
      const { data } = await storage.listDeliveries({ tenantId, limit: 10 });
      assertEqual(
        data.map(({ id }) => id),
        [3, 2, 1].map((order) => delivery(order).id),
        "The list",
      );
      assertEqual(
        (await storage.listDeliveries({ tenantId, limit: 10, status: "failed" })).data,
        [summary],
        "By the new status",
      );
      const byOld = await storage.listDeliveries({ tenantId, limit: 10, status: "applied" });
      assertEqual(byOld.data.length, 2, "By the old status");
      const { deliveries } = await storage.health(tenantId);
      assertEqual(deliveries, { applied: 2, unmapped: 0, failed: 1, rejected: 0 }, "Counts");
    },
  },
  {
    title: "the same content as a corrected or erased delivery is a duplicate of it",
    async run({ storage }) {
      const rows = [delivery(1), delivery(2)];
      await journal(storage, ...rows);
      await correct(storage, update(delivery(1), corrected), erase(delivery(2)));
      const again = rows.map(({ identity }, index) => delivery(index + 3, { identity }));
      assertEqual(
        await journal(storage, ...again),
        rows.map(({ id }) => id),
        "What was there before",
      );
      assertEqual(await get(storage, delivery(1)), { ...delivery(1), ...corrected, duplicates: 1 }, "The corrected");
      assertEqual(await get(storage, delivery(2)), { ...erased(delivery(2)), duplicates: 1 }, "The erased");
    },
  },
  {
    title: "a delivery may be counted as a duplicate and corrected in one write",
    async run({ storage }) {
      const row = delivery(1);
      await journal(storage, row);
      await storage.write(async (transaction) => {
        await transaction.insertDeliveries([delivery(2, { identity: row.identity })]);
        await able(transaction, "updateDeliveries").updateDeliveries([update(row, corrected)]);
      });
      assertEqual(await get(storage, row), { ...row, ...corrected, duplicates: 1 }, "The delivery");
    },
  },
  {
    title: "corrections of deliveries that do not exist are passed over, and so is a batch of none",
    async run({ storage }) {
      await journal(storage, delivery(1), delivery(2));
      await correct(storage);
      await correct(storage, update(delivery(9), corrected));
      const more = [delivery(1), delivery(8), delivery(2)].map((row) => update(row, { kind: "begun" }));
      await correct(storage, ...more);
      const { data } = await storage.listDeliveries({ tenantId, limit: 10 });
      assertEqual(
        data.map(({ id, kind }) => [id, kind]),
        [2, 1].map((order) => [delivery(order).id, "begun"]),
        "The list",
      );
    },
  },
  {
    title: "100 deliveries are corrected in one batch, each in its own way",
    async run({ storage }) {
      const rows = Array.from({ length: 100 }, (_, index) => delivery(index));
      await journal(storage, ...rows);
      await correct(storage, ...rows.map((row, index) => update(row, { kind: `kind ${index}` }, index % 2 === 0)));
      for (const [index, row] of rows.entries()) {
        const found = await get(storage, row);
        assertEqual(found?.kind, `kind ${index}`, "The kind");
        assertEqual(found?.body, index % 2 === 0 ? row.body : new Uint8Array(), "The body");
      }
    },
  },
  {
    title: "NUL, lone surrogates and names such as __proto__ survive in a correction",
    async run({ storage }) {
      const row = delivery(1);
      await journal(storage, row);
      const awkward = {
        url: `/x?${awkwardText}`,
        headers: awkwardJson,
        kind: awkwardText,
        error: { code: "mapper_failed", message: awkwardText },
      } as const;
      await correct(storage, update(row, awkward));
      assertEqual(await get(storage, row), { ...row, ...awkward }, "The delivery");
    },
  },
  {
    title: "nothing remains of a failed write: corrections",
    async run({ storage }) {
      const row = delivery(1);
      await journal(storage, row);
      await failAfter(storage, (transaction) =>
        able(transaction, "updateDeliveries").updateDeliveries([update(row, corrected, false)]),
      );
      assertEqual(await get(storage, row), row, "The delivery");
      // Nor does the next write bring it along.
      await journal(storage, delivery(2));
      assertEqual(await get(storage, row), row, "The delivery after another write");
    },
  },
  {
    title: "corrections are there after closing and opening again",
    needs: ["durable"],
    async run({ storage, reopen }) {
      await journal(storage, delivery(1), delivery(2));
      await correct(storage, update(delivery(1), corrected), erase(delivery(2)));
      const again = await reopen();
      assertEqual(await get(again, delivery(1)), { ...delivery(1), ...corrected }, "The corrected");
      assertEqual(await get(again, delivery(2)), erased(delivery(2)), "The erased");
    },
  },
];

export const correctionCases: readonly StorageCase[] = cases.map((each) => ({
  ...each,
  needs: ["corrections", ...(each.needs ?? [])],
}));
