import { PayloadError, type Call, type ListQuery, type Page, type Storage } from "@offhook/core";
import { assertEqual, assertRejects, assertThat } from "./conformance-assert.ts";
import type { StorageCase } from "./conformance-case.ts";
import { allPages } from "./conformance-pages.ts";
import {
  at,
  callSample,
  delivery,
  leadSample,
  reference,
  tell,
  tellCall,
  tenantId,
  type EventSample,
} from "./storage-samples.ts";

const list = (storage: Storage, query: Partial<ListQuery> = {}): Promise<Page<Call>> =>
  storage.list("call", { tenantId, limit: 50, ...query });

const names = (page: Page<Pick<Call, "references">>): readonly (string | undefined)[] =>
  page.data.map(({ references }) => references[0]?.id);

const phone = (e164: string) => ({ e164, raw: e164 });

/** Calls that differ in everything that lists filter by. */
async function tellVariety(storage: Storage): Promise<void> {
  const calls: readonly EventSample[] = [
    { id: "1", references: [reference("CA1")], callFacts: { status: "completed", direction: "inbound" } },
    {
      id: "2",
      references: [reference("CA2"), reference("conv2", "voice", "session")],
      callFacts: { status: "completed", direction: "outbound", from: phone("+14155550100"), to: phone("+14155550101") },
    },
    {
      id: "3",
      references: [reference("CA3", "other")],
      callFacts: { status: "busy", direction: "inbound", to: phone("+14155550100") },
    },
    { id: "4", references: [reference("CA4")], callFacts: { from: { e164: null, raw: "+14155550100" } } },
  ];
  for (const [index, sample] of calls.entries()) {
    await tell(storage, callSample, callSample.event({ ...sample, at: index }));
  }
}

const filters: readonly (readonly [title: string, query: Partial<ListQuery>, expected: readonly string[]])[] = [
  ["by provider", { provider: "toy" }, ["CA4", "CA2", "CA1"]],
  ["by a provider that is not the first to know the call", { provider: "voice" }, ["CA2"]],
  ["by the whole name of a provider", { provider: "to" }, []],
  ["by status", { status: "completed" }, ["CA2", "CA1"]],
  ["by direction", { direction: "inbound" }, ["CA3", "CA1"]],
  ["by phone, on either side and exactly", { phone: "+14155550100" }, ["CA3", "CA2"]],
  ["by the whole phone number", { phone: "+1415555010" }, []],
  ["from a time, which belongs to it", { from: at(2) }, ["CA4", "CA3"]],
  ["to a time, which does not belong to it", { to: at(2) }, ["CA2", "CA1"]],
  ["within a range", { from: at(1), to: at(3) }, ["CA3", "CA2"]],
  ["by several things at once", { status: "completed", provider: "toy", from: at(1) }, ["CA2"]],
];

export const listCases: readonly StorageCase[] = [
  {
    title: "a list of nothing is one empty page",
    async run({ storage }) {
      assertEqual(await list(storage), { data: [], nextCursor: null }, "The page");
    },
  },
  {
    title: "calls are listed by createdAt, newest first, whenever they were written",
    async run({ storage }) {
      for (const seconds of [3, 1, 4, 0, 2]) await tellCall(storage, `CA${seconds}`, { at: seconds });
      assertEqual(names(await list(storage)), ["CA4", "CA3", "CA2", "CA1", "CA0"], "The order");
    },
  },
  {
    title: "calls of the same time are listed by id, descending",
    async run({ storage }) {
      for (const name of ["CAb", "CAd", "CAa", "CAc"]) await tellCall(storage, name);
      assertEqual(names(await list(storage)), ["CAd", "CAc", "CAb", "CAa"], "The order");
    },
  },
  {
    title: "a page has at most as many as asked for",
    async run({ storage }) {
      for (const seconds of [0, 1, 2]) await tellCall(storage, `CA${seconds}`, { at: seconds });
      const page = await list(storage, { limit: 2 });
      assertEqual(names(page), ["CA2", "CA1"], "The page");
      assertThat(page.nextCursor !== null, "a cursor leads on");
    },
  },
  {
    title: "a page that holds the last row has no cursor",
    async run({ storage }) {
      for (const seconds of [0, 1]) await tellCall(storage, `CA${seconds}`, { at: seconds });
      assertEqual((await list(storage, { limit: 2 })).nextCursor, null, "The cursor of a full page");
      assertEqual((await list(storage, { limit: 3 })).nextCursor, null, "The cursor of a short page");
    },
  },
  {
    title: "pages have neither gaps nor repeats, also among calls of the same time",
    async run({ storage }) {
      const written = Array.from({ length: 23 }, (_, index) => `CA${String(index).padStart(2, "0")}`);
      for (const [index, name] of written.entries()) await tellCall(storage, name, { at: Math.floor(index / 10) });
      const pages = await allPages((cursor) => list(storage, { limit: 4, cursor }));
      assertEqual(pages.flatMap(names), written.toReversed(), "All pages");
      assertEqual(
        pages.map((page) => page.data.length),
        [4, 4, 4, 4, 4, 3],
        "Their sizes",
      );
    },
  },
  {
    title: "pages stay in step when calls come in meanwhile",
    async run({ storage }) {
      for (const seconds of [0, 1, 2, 3]) await tellCall(storage, `CA${seconds}`, { at: seconds });
      const first = await list(storage, { limit: 2 });
      await tellCall(storage, "CA9", { at: 9 });
      assertEqual(names(await list(storage, { limit: 2, cursor: first.nextCursor ?? "" })), ["CA1", "CA0"], "The rest");
    },
  },
  ...filters.map(([title, query, expected]): StorageCase => ({
    title: `calls are listed ${title}`,
    async run({ storage }) {
      await tellVariety(storage);
      assertEqual(names(await list(storage, query)), expected, "The page");
    },
  })),
  {
    title: "filters hold on every page",
    async run({ storage }) {
      for (let index = 0; index < 12; index += 1) {
        const status = index % 3 === 0 ? "busy" : "completed";
        await tellCall(storage, `CA${index}`, { at: index, callFacts: { status } });
      }
      const query = { limit: 1, status: "busy", from: at(1) } as const;
      const pages = await allPages((cursor) => list(storage, { ...query, cursor }));
      assertEqual(pages.flatMap(names), ["CA9", "CA6", "CA3"], "All pages");
    },
  },
  {
    title: "a call is listed by what it is now",
    async run({ storage }) {
      await tellCall(storage, "CA1");
      await tellCall(storage, "CA1", { id: "evt_2", at: 1, callFacts: { status: "completed" } });
      assertEqual(names(await list(storage, { status: "in_progress" })), [], "By the old status");
      assertEqual(names(await list(storage, { status: "completed" })), ["CA1"], "By the new status");
      await tellCall(storage, "CA1", { id: "evt_0", at: -100 });
      assertEqual(names(await list(storage, { to: at(0) })), ["CA1"], "By the new createdAt");
    },
  },
  {
    title: "leads are listed newest first, by phone and page by page",
    async run({ storage }) {
      for (const seconds of [0, 1, 2, 3]) {
        const leadFacts = seconds % 2 === 0 ? { phone: phone("+14155550100") } : {};
        const told = { id: `evt_${seconds}`, references: [reference(`LEAD${seconds}`)], at: seconds, leadFacts };
        await tell(storage, leadSample, leadSample.event(told));
      }
      const all = await allPages((cursor) => storage.list("lead", { tenantId, limit: 3, cursor }));
      assertEqual(
        all.flatMap((page) => page.data.map(({ references }) => references[0]?.id)),
        ["LEAD3", "LEAD2", "LEAD1", "LEAD0"],
        "All pages",
      );
      const some = await storage.list("lead", { tenantId, limit: 3, phone: "+14155550100" });
      assertEqual(
        some.data.map(({ references }) => references[0]?.id),
        ["LEAD2", "LEAD0"],
        "By phone",
      );
    },
  },
  {
    title: "a cursor that no page gave is refused with a PayloadError",
    async run({ storage }) {
      await tellCall(storage, "CA1");
      const errors = [
        await assertRejects(list(storage, { cursor: "nonsense" }), "A list of calls"),
        await assertRejects(storage.listDeliveries({ tenantId, limit: 5, cursor: "%" }), "A list of deliveries"),
      ];
      for (const error of errors) {
        assertThat(error instanceof PayloadError, `a bad cursor throws a PayloadError, got ${String(error)}`);
      }
      assertEqual(names(await list(storage)), ["CA1"], "A list after that");
    },
  },
  {
    title: "deliveries are listed newest first, without their bodies",
    async run({ storage }) {
      await storage.write((transaction) => transaction.insertDeliveries([2, 3, 1].map((order) => delivery(order))));
      const { data } = await storage.listDeliveries({ tenantId, limit: 10 });
      const { body: _body, ...newest } = delivery(3);
      assertEqual(data[0], newest, "The newest");
      assertEqual(
        data.map((summary) => [summary.id, "body" in summary]),
        [3, 2, 1].map((order) => [delivery(order).id, false]),
        "The list",
      );
    },
  },
  {
    title: "deliveries are listed page by page",
    async run({ storage }) {
      const all = Array.from({ length: 11 }, (_, index) => delivery(index, { receivedAt: at(Math.floor(index / 5)) }));
      await storage.write((transaction) => transaction.insertDeliveries(all));
      const pages = await allPages((cursor) => storage.listDeliveries({ tenantId, limit: 3, cursor }));
      assertEqual(
        pages.flatMap((page) => page.data.map(({ id }) => id)),
        all.map(({ id }) => id).toReversed(),
        "All pages",
      );
    },
  },
  {
    title: "deliveries are listed by provider, status and a half-open range of receivedAt",
    async run({ storage }) {
      const all = [
        delivery(1),
        delivery(2, { provider: "other" }),
        delivery(3, { status: "failed" }),
        delivery(4, { provider: "other", status: "failed" }),
      ];
      await storage.write((transaction) => transaction.insertDeliveries(all));
      const orders = async (query: object) =>
        (await storage.listDeliveries({ tenantId, limit: 10, ...query })).data.map(({ id }) => Number(id.slice(4)));
      assertEqual(await orders({ provider: "other" }), [4, 2], "By provider");
      assertEqual(await orders({ status: "failed" }), [4, 3], "By status");
      assertEqual(await orders({ status: "failed", provider: "toy" }), [3], "By both");
      assertEqual(await orders({ from: at(2), to: at(4) }), [3, 2], "By time");
    },
  },
];
