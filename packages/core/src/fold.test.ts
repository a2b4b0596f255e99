import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CallEvent, CallFacts } from "./call-event.ts";
import { foldCall } from "./fold.ts";

let count = 0;
function event(facts: CallFacts, given: Partial<CallEvent> = {}): CallEvent {
  count += 1;
  return {
    id: `evt_${count}`,
    tenantId: "default",
    provider: "twilio",
    type: "call.progressed",
    source: "webhook",
    occurredAt: "2026-11-20T10:00:00.000Z",
    receivedAt: "2026-11-20T10:00:05.000Z",
    deliveryId: null,
    references: [{ provider: "twilio", id: "CA1", kind: "leg" }],
    facts,
    ...given,
  };
}

const answered = (occurredAt = "2026-11-20T10:00:04.000Z") =>
  event({ status: "in_progress" }, { type: "call.answered", occurredAt });
const ended = (occurredAt = "2026-11-20T10:01:00.000Z") =>
  event({ status: "completed", durationSeconds: 56, endedAt: occurredAt }, { type: "call.ended", occurredAt });

test("what an analysis found stands in the order of its names, whoever told of it first", () => {
  const analysis = (data: { readonly [name: string]: string }) =>
    event({ analysis: { title: null, summary: null, sentiment: null, successful: null, criteria: [], data } });
  const [one, other] = [analysis({ b: "1" }), analysis({ c: "2", a: "3" })];
  for (const events of [[one, other], [other, one], [other], [one]]) {
    const names = Object.keys(foldCall(events).analysis?.data ?? {});
    expect(names).toEqual(names.toSorted());
  }
});

describe("status", () => {
  test("only moves forward: a late in-progress does not reopen a completed call", () => {
    const late = answered("2026-11-20T10:09:00.000Z");
    expect(foldCall([ended(), late]).status).toBe("completed");
    expect(foldCall([late, ended()]).status).toBe("completed");
  });

  test("of two terminal ones the later stage wins, whenever it arrives", () => {
    const analyzed = event({ status: "failed" }, { type: "call.analyzed", occurredAt: "2026-11-20T09:00:00.000Z" });
    expect(foldCall([analyzed, ended()]).status).toBe("failed");
    expect(foldCall([ended(), analyzed]).status).toBe("failed");
  });

  describe("of a vendor whose part is over, said at a stage below the answer", () => {
    const session = event(
      {
        status: "failed",
        outcome: "voicemail",
        endReason: { code: "lost", raw: "lost" },
        endedAt: "2026-11-20T10:30:00.000Z",
        durationSeconds: 1800,
        agent: { id: "agent_1", kind: "ai" },
      },
      { type: "call.ringing", provider: "elevenlabs" },
    );

    test("is the call's as long as no carrier speaks of the leg's life", () => {
      const own = event({ status: "in_progress" }, { type: "call.answered", provider: "elevenlabs" });
      const ringing = event({ status: "ringing" }, { type: "call.ringing" });
      const recorded = event({ status: "in_progress" }, { type: "call.recorded" });
      for (const events of [[session], [own, session], [ringing, session], [recorded, session]]) {
        expect(foldCall(events)).toMatchObject({ status: "failed", outcome: "voicemail", durationSeconds: 1800 });
      }
    });

    test("gives way to a leg that goes on, and to its end, also where that is earlier or shorter", () => {
      expect(foldCall([session, answered()])).toMatchObject({
        status: "in_progress",
        outcome: "voicemail",
        endReason: null,
        endedAt: null,
        durationSeconds: null,
        agent: { id: "agent_1" },
      });
      expect(foldCall([answered(), session, ended()])).toMatchObject({
        status: "completed",
        endReason: null,
        endedAt: "2026-11-20T10:01:00.000Z",
        durationSeconds: 56,
      });
    });
  });

  test("is queued while nobody has said anything of it", () => {
    expect(foldCall([event({})]).status).toBe("queued");
  });
});

describe("outcome", () => {
  test.each([
    ["completed", "answered"],
    ["busy", "missed"],
    ["no_answer", "missed"],
    ["canceled", "abandoned"],
    ["failed", "unknown"],
    ["ringing", "unknown"],
  ] as const)("follows from status %s where nobody says more", (status, outcome) => {
    expect(foldCall([event({ status })]).outcome).toBe(outcome);
  });

  test("that was stated survives the end of the call, which only says that the leg completed", () => {
    const dialed = event({ outcome: "missed" }, { type: "call.dialed" });
    expect(foldCall([dialed, ended()]).outcome).toBe("missed");
  });

  test("unknown does not replace a known one", () => {
    const voicemail = event({ outcome: "voicemail" });
    const unknown = event({ outcome: "unknown" }, { type: "call.updated" });
    expect(foldCall([voicemail, unknown]).outcome).toBe("voicemail");
  });
});

describe("fields", () => {
  test("start earliest, end latest, last longest", () => {
    const call = foldCall([
      event({ startedAt: "2026-11-20T10:00:02.000Z", endedAt: "2026-11-20T10:01:00.000Z", durationSeconds: 58 }),
      event({ startedAt: "2026-11-20T10:00:00.000Z", endedAt: "2026-11-20T10:01:03.000Z", durationSeconds: 63 }),
      event({ startedAt: "2026-11-20T10:00:01.000Z", endedAt: "2026-11-20T10:00:30.000Z", durationSeconds: 0 }),
    ]);
    expect(call.startedAt).toBe("2026-11-20T10:00:00.000Z");
    expect(call.endedAt).toBe("2026-11-20T10:01:03.000Z");
    expect(call.durationSeconds).toBe(63);
  });

  test("a number in E.164 beats one that could not be normalized", () => {
    const known = { e164: "+14155550100", raw: "+14155550100" };
    const odd = { e164: null, raw: "anonymous" };
    expect(foldCall([event({ from: known }), event({ from: odd }, { type: "call.updated" })]).from).toEqual(known);
    expect(foldCall([event({ from: odd })]).from).toEqual(odd);
  });

  test("the richest transcript wins", () => {
    const turn = { role: "agent" as const, text: "Hello", startSeconds: 0, endSeconds: 1 };
    const rich = { text: "Hello Hello", turns: [turn, turn] };
    const poor = { text: "A much longer text without turns", turns: [] };
    expect(
      foldCall([event({ transcript: rich }), event({ transcript: poor }, { type: "call.updated" })]).transcript,
    ).toEqual(rich);
  });

  test("facts about one agent complete each other, another agent replaces", () => {
    const named = event({ agent: { id: "a1", kind: "ai" } });
    const same = event({ agent: { id: "a1", name: "Front desk" } }, { type: "call.ended" });
    const other = event({ agent: { id: "a2" } }, { type: "call.analyzed" });
    expect(foldCall([named, same]).agent).toEqual({ id: "a1", name: "Front desk", kind: "ai" });
    expect(foldCall([named, same, other]).agent).toEqual({ id: "a2", name: null, kind: null });
  });

  test("recordings are united by provider and id, and completed", () => {
    const recording = {
      provider: "twilio",
      id: "RE1",
      state: "pending" as const,
      url: null,
      channels: 2,
      durationSeconds: null,
      expiresAt: null,
    };
    const call = foldCall([
      event({ recordings: [{ ...recording, state: "available", url: "https://example.test/1", channels: null }] }),
      event({ recordings: [recording] }, { type: "call.updated" }),
      event({ recordings: [{ ...recording, provider: "retell" }] }),
    ]);
    expect(call.recordings).toHaveLength(2);
    expect(call.recordings).toContainEqual({ ...recording, state: "available", url: "https://example.test/1" });
  });

  test("tags are the union over providers of each one's latest; a person's list replaces them", () => {
    const first = event({ tags: ["old"] }, { provider: "callrail", type: "call.ended" });
    const second = event({ tags: ["new", "hot"] }, { provider: "callrail", type: "call.updated" });
    const foreign = event({ tags: ["hot", "retell"] }, { provider: "retell" });
    expect(foldCall([second, foreign, first]).tags.toSorted()).toEqual(["hot", "new", "retell"]);
    const manual = event({ tags: ["mine"] }, { source: "manual", occurredAt: "2020-01-01T00:00:00.000Z" });
    expect(foldCall([manual, second, foreign, first]).tags).toEqual(["mine"]);
  });

  test("costs add up exactly in one currency, and stay apart in several", () => {
    const one = event({ cost: { amount: "0.0130", currency: "USD" } });
    const two = event({ cost: { amount: "0.1", currency: "USD" } }, { provider: "retell" });
    const euro = event({ cost: { amount: "1", currency: "EUR" } }, { provider: "callrail" });
    expect(foldCall([one, two]).cost).toEqual({ amount: "0.1130", currency: "USD" });
    expect(foldCall([one, two, euro]).cost).toBeNull();
    expect(foldCall([one, two, euro]).costs).toHaveLength(3);
  });

  test("a person's word beats every machine's, for note, value and conversion", () => {
    const manual = event(
      { note: "mine", conversion: { converted: false, reason: "manual" } },
      { source: "manual", type: "call.updated", occurredAt: "2020-01-01T00:00:00.000Z" },
    );
    const machine = event(
      { note: "theirs", conversion: { converted: true, reason: "SALE" } },
      { type: "call.updated", occurredAt: "2027-01-01T00:00:00.000Z" },
    );
    for (const order of [
      [manual, machine],
      [machine, manual],
    ]) {
      expect(foldCall(order).note).toBe("mine");
      expect(foldCall(order).conversion?.converted).toBe(false);
    }
  });

  test("provenance names the event that decided each field", () => {
    const start = answered();
    const end = ended();
    const { provenance } = foldCall([end, start]);
    expect(provenance["status"]).toBe(end.id);
    expect(provenance["durationSeconds"]).toBe(end.id);
    expect(provenance).not.toHaveProperty("note");
  });

  test("facts without a rule say nothing, also when they are named like a prototype's member", () => {
    const odd = JSON.parse('{"status":"ringing","__proto__":{"x":1},"constructor":1,"toString":2}') as CallFacts;
    expect(foldCall([event(odd)]).status).toBe("ringing");
  });
});

describe("what an API says", () => {
  const at = "2026-11-20T10:01:00.000Z";
  const read = (note: string, receivedAt: string, id: string) =>
    event({ note }, { id, source: "api", type: "call.ended", occurredAt: at, receivedAt });
  const heard = event(
    { note: "webhook" },
    { type: "call.ended", occurredAt: at, receivedAt: "2026-11-20T12:00:00.000Z" },
  );

  test("of the same moment counts more than a webhook, which told of it then", () => {
    const once = read("read", "2026-11-20T11:00:00.000Z", "evt_a");
    expect(foldCall([heard, once]).note).toBe("read");
    expect(foldCall([once, heard]).note).toBe("read");
  });

  test("counts as it was read last", () => {
    const first = read("first", "2026-11-20T11:00:00.000Z", "evt_z");
    const last = read("last", "2026-11-20T11:00:01.000Z", "evt_a");
    expect(foldCall([first, last, heard]).note).toBe("last");
    expect(foldCall([last, heard, first]).note).toBe("last");
  });

  test("may take a text away", () => {
    const emptied = read("", "2026-11-20T11:00:00.000Z", "evt_a");
    expect(foldCall([heard, emptied]).note).toBeNull();
    const disposition = event({ disposition: "" }, { source: "api", type: "call.ended", occurredAt: at });
    expect(foldCall([event({ disposition: "Sale" }), disposition]).disposition).toBeNull();
  });
});

describe("identity", () => {
  test("the leg gives the call its id, whatever arrives first", () => {
    const session = event(
      { status: "completed" },
      {
        provider: "elevenlabs",
        references: [
          { provider: "elevenlabs", id: "conv_1", kind: "session" },
          { provider: "twilio", id: "CA1", kind: "leg" },
        ],
      },
    );
    const call = foldCall([session]);
    expect(call.id).toBe("call_twilio_CA1");
    expect(call.references.map(({ provider }) => provider)).toEqual(["twilio", "elevenlabs"]);
    expect(foldCall([session, ended()]).id).toBe(call.id);
  });

  test("a child leg knows its parent's call", () => {
    expect(foldCall([event({ parent: { provider: "twilio", id: "CA0", kind: "leg" } })]).parentCallId).toBe(
      "call_twilio_CA0",
    );
  });

  test("E17: one test event marks the call as test data", () => {
    expect(foldCall([event({}), event({}, { test: true })]).test).toBe(true);
    expect(foldCall([event({})]).test).toBe(false);
  });
});

describe("times of the record", () => {
  test("come from the vendors' clocks, not from ours", () => {
    const call = foldCall([answered(), ended()]);
    expect(call.createdAt).toBe("2026-11-20T10:00:04.000Z");
    expect(call.updatedAt).toBe("2026-11-20T10:01:00.000Z");
  });

  test("come from ours only where no vendor says when", () => {
    const silent = event({ status: "ringing" }, { occurredAt: null });
    expect(foldCall([silent]).createdAt).toBe("2026-11-20T10:00:05.000Z");
  });
});

test("without events there is no call", () => {
  expect(() => foldCall([])).toThrow(RangeError);
});

// Everything that an event can say, in arbitrary combinations.
const iso = fc
  .date({ min: new Date("2026-01-01"), max: new Date("2027-01-01"), noInvalidDate: true })
  .map((date) => date.toISOString());
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const text = fc.string({ maxLength: 8 });
const arbitraryFacts: fc.Arbitrary<CallFacts> = fc.record(
  {
    status: optional(
      fc.constantFrom("queued", "ringing", "in_progress", "completed", "busy", "no_answer", "failed", "canceled"),
    ),
    outcome: optional(fc.constantFrom("answered", "voicemail", "missed", "abandoned", "unknown")),
    direction: optional(fc.constantFrom("inbound", "outbound", "unknown")),
    from: optional(fc.record({ e164: fc.constantFrom("+14155550100", "+14155550101", null), raw: text })),
    startedAt: optional(iso),
    endedAt: optional(iso),
    durationSeconds: optional(fc.nat(1000)),
    agent: optional(
      fc.record({ id: optional(text), name: optional(text), kind: optional(fc.constantFrom("human", "ai")) }),
    ),
    source: optional(fc.record({ name: optional(text), gclid: optional(text) })),
    recordings: optional(
      fc.array(
        fc.record({
          provider: fc.constant("twilio"),
          id: fc.constantFrom("RE1", "RE2"),
          state: fc.constantFrom("pending", "available", "archived", "expired", "failed", "empty"),
          url: fc.option(text),
          channels: fc.option(fc.nat(2)),
          durationSeconds: fc.option(fc.nat(100)),
          expiresAt: fc.constant(null),
        }),
        { maxLength: 2 },
      ),
    ),
    transcript: optional(fc.record({ text, turns: fc.constant([]) })),
    analysis: optional(
      fc.record({
        summary: optional(text),
        successful: optional(fc.boolean()),
        criteria: optional(
          fc.array(
            fc.record({ id: text, result: fc.constantFrom("success", "failure"), rationale: fc.constant(null) }),
            { maxLength: 2 },
          ),
        ),
        data: optional(fc.dictionary(text, fc.nat(9), { maxKeys: 2 })),
      }),
    ),
    cost: optional(
      fc.record({
        amount: fc.nat(999).map((cents) => `${Math.floor(cents / 100)}.${cents % 100}`),
        currency: fc.constantFrom("USD", "EUR"),
      }),
    ),
    tags: optional(fc.array(text, { maxLength: 3 })),
    note: optional(text),
    metadata: optional(fc.record({ crm: text })),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<CallFacts>; // exactOptionalPropertyTypes and fc.record disagree about undefined
const arbitraryEvent = fc.record({
  type: fc.constantFrom("call.queued", "call.ringing", "call.answered", "call.ended", "call.analyzed", "call.updated"),
  source: fc.constantFrom("webhook", "api", "manual"),
  provider: fc.constantFrom("twilio", "retell"),
  occurredAt: fc.option(iso),
  sequence: fc.option(fc.nat(3)),
  facts: arbitraryFacts,
}) as fc.Arbitrary<Pick<CallEvent, "type" | "source" | "provider" | "occurredAt" | "facts">>;
const arbitraryEvents = fc
  .array(arbitraryEvent, { minLength: 1, maxLength: 7 })
  .map((drafts) => drafts.map((draft, index) => event(draft.facts, { ...draft, id: `evt_${index}` })));

describe("order does not matter", () => {
  test("any order of any events, any of them repeated, gives the same bytes", () => {
    fc.assert(
      fc.property(arbitraryEvents, fc.infiniteStream(fc.nat()), (events, random) => {
        const expected = JSON.stringify(foldCall(events));
        const shuffled = [...events, ...events.slice(0, 2)].toSorted(() => (random.next().value % 2 === 0 ? 1 : -1));
        expect(JSON.stringify(foldCall(shuffled))).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  test("a call survives being written down", () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        const call = foldCall(events);
        const copy = JSON.parse(JSON.stringify(events)) as CallEvent[];
        expect(JSON.stringify(foldCall(copy))).toBe(JSON.stringify(call));
      }),
      { numRuns: 500 },
    );
  });

  test("folding changes none of its events", () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        const before = JSON.stringify(events);
        foldCall(events);
        expect(JSON.stringify(events)).toBe(before);
      }),
      { numRuns: 500 },
    );
  });
});
