import {
  createOffhook,
  parseJson,
  type CallEventDraft,
  type LeadEventDraft,
  type Offhook,
  type OffhookOptions,
  type Provider,
  type Storage,
} from "@offhook/core";
import { assertEqual, assertThat } from "./conformance-assert.ts";
import type { StorageCase } from "./conformance-case.ts";
import { at, reference, tenantId } from "./storage-samples.ts";

/** A vendor that sends events as Offhook writes them. */
const toyProvider = (name: string): Provider => ({
  name,
  routes: [
    {
      paths: [name],
      kind: "",
      methods: ["POST"],
      contentTypes: [],
      verification: { type: "none", reason: "A vendor that does not exist" },
      translate({ body }) {
        // Only the cases below send to it.
        const said = parseJson(body) as { events?: CallEventDraft[]; leads?: LeadEventDraft[]; broken?: boolean };
        if (said.broken === true) throw new TypeError("The mapper is broken");
        return { kind: "toy", events: said.events ?? [], leads: said.leads ?? [] };
      },
    },
  ],
});

function offhookOver(storage: Storage, options: Partial<OffhookOptions> = {}): Offhook {
  const providers = [toyProvider("toy"), toyProvider("other")];
  return createOffhook({ providers, storage, runJobs: false, now: () => Date.parse(at(60)), ...options });
}

async function send(offhook: Offhook, provider: string, said: object): Promise<{ id: string; duplicate: boolean }> {
  const body = new TextEncoder().encode(JSON.stringify(said));
  const answer = await offhook.handle({ method: "POST", url: `/api/webhooks/${provider}`, headers: {}, body });
  assertEqual(answer.status, 200, "The answer's status");
  // What core answers to a delivery that it stored.
  return JSON.parse(answer.body) as { id: string; duplicate: boolean };
}

const draft = (members: Partial<CallEventDraft>): CallEventDraft => ({
  type: "call.updated",
  occurredAt: at(0),
  references: [reference("CA1")],
  facts: {},
  ...members,
});

const life: readonly CallEventDraft[] = [
  draft({ type: "call.ringing", facts: { status: "ringing", direction: "inbound", tags: ["new"] } }),
  draft({ type: "call.answered", occurredAt: at(5), facts: { status: "in_progress", answeredAt: at(5) } }),
  draft({
    type: "call.ended",
    occurredAt: at(30),
    references: [reference("CA1"), reference("conv1", "other", "session")],
    facts: { status: "completed", endedAt: at(30), durationSeconds: 25 },
  }),
  draft({
    type: "call.analyzed",
    occurredAt: at(40),
    references: [reference("conv1", "other", "session")],
    facts: { analysis: { summary: "They talked", data: { mood: "good" } }, note: "Ends well" },
  }),
];

function permutations<Item>(items: readonly Item[]): Item[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((first, index) => permutations(items.toSpliced(index, 1)).map((rest) => [first, ...rest]));
}

export const pipelineCases: readonly StorageCase[] = [
  {
    title: "a life of four events gives the byte-identical call and one row, in whatever order it arrives",
    async run({ storage }) {
      const results = new Set<string>();
      for (const [index, events] of permutations(life).entries()) {
        // A tenant for each order, so that one storage serves them all.
        const offhook = offhookOver(storage, { tenantId: `order_${index}` });
        for (const event of events) await send(offhook, "toy", { events: [event] });
        const { data } = await offhook.calls.list();
        assertEqual(data.length, 1, "Calls");
        results.add(JSON.stringify(data.map((call) => ({ ...call, tenantId }))));
      }
      assertEqual(results.size, 1, "Different results");
    },
  },
  {
    title: "a life of four events that arrive at the same time gives one row",
    async run({ storage }) {
      const offhook = offhookOver(storage);
      await Promise.all([...life, ...life].map((event) => send(offhook, "toy", { events: [event] })));
      const { data } = await offhook.calls.list();
      assertEqual(
        data.map(({ status, version }) => [status, version]),
        [["completed", 4]],
        "Calls",
      );
    },
  },
  {
    title: "50 identical deliveries at the same time give one row of the journal",
    async run({ storage }) {
      const offhook = offhookOver(storage);
      const answers = await Promise.all(Array.from({ length: 50 }, () => send(offhook, "toy", { events: [life[0]] })));
      assertEqual(answers.filter(({ duplicate }) => !duplicate).length, 1, "Answers without a duplicate");
      assertEqual(new Set(answers.map(({ id }) => id)).size, 1, "Ids in the answers");
      const { data } = await offhook.deliveries.list();
      assertEqual(
        data.map(({ duplicates }) => duplicates),
        [49],
        "Duplicates by row",
      );
      assertEqual((await offhook.calls.list()).data[0]?.version, 1, "The call's version");
    },
  },
  {
    title: "100 deliveries about different calls at the same time are all kept",
    async run({ storage }) {
      const offhook = offhookOver(storage);
      await Promise.all(
        Array.from({ length: 100 }, (_, index) =>
          send(offhook, "toy", { events: [draft({ references: [reference(`CA${index}`)] })] }),
        ),
      );
      const { calls, events, deliveries } = await offhook.health();
      assertEqual([calls, events, deliveries.applied], [100, 100, 100], "Calls, events, deliveries");
    },
  },
  {
    title: "a call that two vendors told of is one call once somebody links them, by either id",
    async run({ storage }) {
      const offhook = offhookOver(storage);
      const session = reference("conv1", "other", "session");
      await send(offhook, "other", { events: [draft({ references: [session], facts: { note: "From the session" } })] });
      const [before] = (await offhook.calls.list()).data;
      await send(offhook, "toy", { events: [draft({ facts: { status: "completed" } })] });
      assertEqual((await offhook.calls.list()).data.length, 2, "Calls before the link");
      await send(offhook, "toy", { events: [draft({ references: [reference("CA1"), session] })] });
      const { data } = await offhook.calls.list();
      assertEqual(
        data.map(({ id, note, status, version }) => [id, note, status, version]),
        [["call_toy_CA1", "From the session", "completed", 3]],
        "Calls",
      );
      assertEqual((await offhook.calls.get(before?.id ?? ""))?.id, "call_toy_CA1", "By the id before");
    },
  },
  {
    title: "a delivery whose mapper throws is kept as failed, with its bytes",
    async run({ storage }) {
      const offhook = offhookOver(storage);
      const { id } = await send(offhook, "toy", { broken: true });
      const found = await offhook.deliveries.get(id);
      assertEqual([found?.status, found?.error?.code], ["failed", "mapper_failed"], "The delivery");
      assertEqual(new TextDecoder().decode(found?.body), '{"broken":true}', "The body");
    },
  },
  {
    title: "a lead is kept and found by its id",
    async run({ storage }) {
      const offhook = offhookOver(storage);
      const lead = {
        type: "lead.received",
        occurredAt: at(0),
        references: [reference("L1")],
        facts: { firstName: "Ana" },
      };
      await send(offhook, "toy", { leads: [lead] });
      assertEqual((await offhook.leads.get("lead_toy_L1"))?.firstName, "Ana", "The lead");
    },
  },
  {
    title: "a handler hears of a change once, after the commit, and again only when it failed",
    async run({ storage }) {
      let nowMs = Date.parse(at(60));
      const heard: string[] = [];
      const offhook = offhookOver(storage, {
        now: () => nowMs,
        on: {
          "call.ended": ({ call, attempt }) => {
            heard.push(`${call.status} ${attempt}`);
            if (attempt === 1) throw new Error("Not yet");
          },
        },
      });
      const ended = { events: [draft({ type: "call.ended", facts: { status: "completed" } })] };
      for (let index = 0; index < 3; index += 1) await send(offhook, "toy", ended);
      const first = await offhook.drain();
      assertEqual([first.done, first.failed], [0, 1], "The first drain");
      assertThat(first.nextRunAtMs !== null, "the retry has a time");
      nowMs += 60_000;
      const second = await offhook.drain();
      assertEqual([second.done, second.failed], [1, 0], "The second drain");
      nowMs += 3_600_000;
      const third = await offhook.drain();
      assertEqual([third.done, third.failed], [0, 0], "A drain an hour later");
      assertEqual(heard, ["completed 1", "completed 2"], "What the handler heard");
    },
  },
];
