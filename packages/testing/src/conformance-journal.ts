import type { Delivery, Storage } from "@offhook/core";
import { assertEqual, assertThat } from "./conformance-assert.ts";
import type { StorageCase } from "./conformance-case.ts";
import { awkwardJson, awkwardText, delivery, tenantId } from "./storage-samples.ts";

const journal = (storage: Storage, ...deliveries: readonly Delivery[]) =>
  storage.write((transaction) => transaction.insertDeliveries(deliveries));

/** A journal that has one delivery gives exactly it. */
async function assertKept(storage: Storage, written: Delivery): Promise<void> {
  await journal(storage, written);
  assertEqual(await storage.getDelivery(written.tenantId, written.id), written, "The delivery");
}

const bodies: readonly (readonly [name: string, body: () => Uint8Array])[] = [
  ["every byte value", () => Uint8Array.from({ length: 256 }, (_, index) => index)],
  ["no bytes at all", () => new Uint8Array()],
  ["bytes that are not UTF-8", () => Uint8Array.of(0xff, 0xfe, 0x00, 0xc3, 0x28)],
  ["a view that starts inside its buffer", () => Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8).subarray(2, 5)],
  ["1 MiB", () => Uint8Array.from({ length: 1024 * 1024 }, (_, index) => (index * 31) & 0xff)],
];

export const journalCases: readonly StorageCase[] = [
  {
    title: "the journal gives a delivery as it was written",
    run: ({ storage }) => assertKept(storage, delivery(1)),
  },
  {
    title: "the journal keeps what is null, an error and a rejection",
    run: ({ storage }) =>
      assertKept(
        storage,
        delivery(1, {
          identity: null,
          kind: null,
          remoteAddress: null,
          status: "rejected",
          error: { code: "signature_mismatch", message: "Signature: expected another one" },
          references: [],
          route: "",
          bodyBytes: 99_999,
          test: true,
        }),
      ),
  },
  {
    title: "an id that the journal does not have gives undefined",
    async run({ storage }) {
      await journal(storage, delivery(1));
      assertEqual(await storage.getDelivery(tenantId, "dlv_000002"), undefined, "The delivery");
    },
  },
  {
    title: "a new delivery is told as new",
    async run({ storage }) {
      assertEqual(await journal(storage, delivery(1), delivery(2)), [undefined, undefined], "What was there before");
    },
  },
  {
    title: "the same content again names the delivery that was there before",
    async run({ storage }) {
      await journal(storage, delivery(1));
      const again = delivery(2, { identity: delivery(1).identity });
      assertEqual(await journal(storage, again), ["dlv_000001"], "What was there before");
    },
  },
  {
    title: "the same content again is not added",
    async run({ storage }) {
      await journal(storage, delivery(1));
      await journal(storage, delivery(2, { identity: delivery(1).identity }));
      assertEqual(await storage.getDelivery(tenantId, "dlv_000002"), undefined, "The repetition");
      assertEqual((await storage.listDeliveries({ tenantId, limit: 10 })).data.length, 1, "Rows of the journal");
    },
  },
  {
    title: "duplicates are counted on the delivery that was there before",
    async run({ storage }) {
      const first = delivery(1);
      await journal(storage, first);
      for (const order of [2, 3, 4]) await journal(storage, delivery(order, { identity: first.identity }));
      assertEqual(await storage.getDelivery(tenantId, first.id), { ...first, duplicates: 3 }, "The first delivery");
    },
  },
  {
    title: "duplicates inside one batch are found, in the order of the batch",
    async run({ storage }) {
      const [first, second] = [delivery(1), delivery(2)];
      const before = await journal(
        storage,
        first,
        delivery(3, { identity: first.identity }),
        second,
        delivery(4, { identity: second.identity }),
        delivery(5, { identity: first.identity }),
      );
      assertEqual(before, [undefined, first.id, undefined, second.id, first.id], "What was there before");
      assertEqual((await storage.getDelivery(tenantId, first.id))?.duplicates, 2, "Duplicates of the first");
    },
  },
  {
    title: "duplicates of the journal and new ones may share a batch",
    async run({ storage }) {
      await journal(storage, delivery(1));
      const before = await journal(storage, delivery(2), delivery(3, { identity: delivery(1).identity }), delivery(4));
      assertEqual(before, [undefined, "dlv_000001", undefined], "What was there before");
    },
  },
  {
    title: "the same content from another provider is another delivery",
    async run({ storage }) {
      const other = delivery(2, { identity: delivery(1).identity, provider: "other" });
      assertEqual(await journal(storage, delivery(1), other), [undefined, undefined], "What was there before");
      assertEqual((await storage.getDelivery(tenantId, other.id))?.provider, "other", "The other one's provider");
    },
  },
  {
    title: "deliveries without an identity never collide",
    async run({ storage }) {
      const [first, second, third] = [1, 2, 3].map((order) => delivery(order, { identity: null }));
      if (first === undefined || second === undefined || third === undefined) return;
      assertEqual(await journal(storage, first, second), [undefined, undefined], "What was there before");
      assertEqual(await journal(storage, third), [undefined], "What was there before");
      assertEqual((await storage.listDeliveries({ tenantId, limit: 10 })).data.length, 3, "Rows of the journal");
    },
  },
  {
    title: "an empty batch is nothing to do",
    async run({ storage }) {
      assertEqual(await journal(storage), [], "What was there before");
    },
  },
  ...bodies.map(([name, body]): StorageCase => ({
    title: `a body of ${name} comes back byte by byte`,
    async run({ storage }) {
      const written = delivery(1, { body: body() });
      await journal(storage, delivery(0), written, delivery(2));
      const found = await storage.getDelivery(tenantId, written.id);
      assertThat(found?.body instanceof Uint8Array, "the body is a Uint8Array");
      assertEqual(found?.body, body(), "The body");
    },
  })),
  {
    title: "NUL, lone surrogates and names such as __proto__ survive in a delivery",
    run: ({ storage }) =>
      assertKept(
        storage,
        delivery(1, {
          url: `/x?${awkwardText}`,
          headers: awkwardJson,
          kind: awkwardText,
          error: { code: "mapper_failed", message: awkwardText },
        }),
      ),
  },
];
