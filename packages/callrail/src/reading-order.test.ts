import { foldCall, type Call, type CallEvent, type CallEventDraft } from "@offhook/core";
import { callrailLife } from "@offhook/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { callRecord } from "./api-events.ts";
import { readCall } from "./api-records.ts";
import { asApiCall, signingKey, type ApiCall } from "./fixtures/api.ts";
import { delivered } from "./fixtures/index.ts";
import { callrail } from "./provider.ts";

/** Readings of the API, however early or late, between the webhooks of a call that people edit afterwards. */

const startMs = Date.UTC(2026, 10, 20, 10);
const hourSeconds = 3_600;
const rules = { abandonedAs: "canceled", defaultCountry: "US" } as const;
const { routes } = callrail({ signingKey });

const bodies = new Map(callrailLife().map(({ name, body }) => [name, JSON.parse(body) as ApiCall]));

interface Edit {
  /** Seconds after the end of the call. */
  readonly at: number;
  readonly change: { readonly tags?: readonly string[]; readonly note?: string; readonly lead_status?: string | null };
}

/** A call. Times in seconds. */
interface Life {
  readonly duration: number;
  readonly outcome: ApiCall;
  /** What the API says until it knows the outcome. */
  readonly running: ApiCall;
  /** Whether it knows that before Post-Call. */
  readonly isKnownAtOnce: boolean;
  /** How long after the end Post-Call is sent, and how long it is on its way. */
  readonly postCallDelay: number;
  readonly postCallTransit: number;
  readonly edits: readonly Edit[];
}

const unheard = { recording: null, recording_duration: null };
const placeholder = { ...unheard, answered: false, voicemail: false, call_type: "missed" };

const seconds = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

const edits: fc.Arbitrary<readonly Edit[]> = fc.uniqueArray(
  fc.record({
    // Before Post-Call, soon after it, and days later.
    at: fc.oneof(seconds(1, 20 * 60), seconds(1, 20 * 60), seconds(1, 72 * hourSeconds)),
    change: fc.record(
      {
        tags: fc.subarray(["Booked"]),
        note: fc.constantFrom("", "Call back."),
        lead_status: fc.constantFrom(null, "good_lead"),
      },
      { requiredKeys: [] },
    ),
  }),
  { maxLength: 4, selector: ({ at }) => at },
);

const lives: fc.Arbitrary<Life> = fc.record({
  duration: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 39 * 60 })),
  outcome: fc.constantFrom<ApiCall>(
    { answered: true, call_type: "answered" },
    { ...placeholder },
    { ...placeholder, call_type: "abandoned" },
    { answered: false, voicemail: true, call_type: "voicemail" },
  ),
  running: fc.constantFrom<ApiCall>(
    { ...placeholder, duration: 0 },
    { ...unheard, answered: true, call_type: "in_progress", duration: null },
    { ...unheard, answered: null, call_type: null, duration: null },
    { ...unheard, answered: true, call_type: "answered", duration: null },
  ),
  isKnownAtOnce: fc.boolean(),
  // https://support.callrail.com/hc/en-us/articles/5711246459149-Webhooks
  postCallDelay: fc.integer({ min: 0, max: 19 * 60 }),
  postCallTransit: fc.integer({ min: 0, max: 60 }),
  edits,
});

/** When the API is asked, in seconds after the start: mostly when something happens. */
const readings: fc.Arbitrary<(life: Life) => readonly number[]> = fc
  .array(
    fc.oneof(
      seconds(0, 80 * hourSeconds).map((time) => () => time),
      seconds(-120, 40 * 60).map(
        (time) =>
          ({ duration }: Life) =>
            duration + time,
      ),
      fc.tuple(fc.nat(4), seconds(-60, 60)).map(
        ([which, time]) =>
          ({ duration, edits: made }: Life) =>
            duration + (made[which]?.at ?? 0) + time,
      ),
    ),
    { maxLength: 6 },
  )
  .map((times) => (life) => times.map((time) => Math.max(0, time(life))));

/** What CallRail knows of the call at a time, as a webhook writes it. */
function knownAt({ duration, outcome, edits: made }: Life, time: number): ApiCall {
  const before = made.filter(({ at }) => duration + at <= time).toSorted((left, right) => left.at - right.at);
  const edited = Object.assign({}, ...before.map(({ change }) => change)) as Edit["change"];
  return { ...bodies.get("post-call"), ...outcome, duration: String(duration), ...edited };
}

interface Told {
  /** Seconds after the start. */
  readonly at: number;
  readonly source: "webhook" | "api";
  readonly events: readonly CallEventDraft[];
}

function webhook(path: string, at: number, body: ApiCall | undefined): Told {
  const route = routes.find(({ paths }) => paths.includes(`callrail/${path}`));
  const delivery = delivered(JSON.stringify(body), { receivedAtMs: startMs + at * 1000 });
  return { at, source: "webhook", events: route?.translate(delivery).events ?? [] };
}

const changeNames = { tags: "tags", note: "note", lead_status: "manual_score" };

function webhooksOf(life: Life): readonly Told[] {
  const { duration, postCallDelay, postCallTransit, edits: made } = life;
  const sent = duration + postCallDelay;
  return [
    webhook("pre-call", 0.5, bodies.get("pre-call")),
    ...(duration > 10 && life.outcome["answered"] === true
      ? [webhook("routing-complete", 5, bodies.get("routing-complete"))]
      : []),
    webhook("post-call", sent + postCallTransit + 0.5, knownAt(life, sent)),
    // What is edited before is told by Post-Call.
    ...made
      .filter(({ at }) => duration + at > sent)
      .map(({ at, change }) =>
        webhook("call-modified", duration + at + 0.3, {
          ...knownAt(life, duration + at),
          changes: Object.keys(change).map((name) => changeNames[name as keyof Edit["change"]]),
        }),
      ),
  ];
}

/** Between two edits or webhooks, never at the moment of one. */
function reading(life: Life, time: number): Told {
  const at = time + 0.7;
  const knownFrom = life.duration + (life.isKnownAtOnce ? 0 : life.postCallDelay);
  const known = knownAt(life, at);
  const call = readCall(asApiCall(at < knownFrom ? { ...known, ...life.running } : known));
  const events = call === undefined ? [] : callRecord(call, rules, startMs + at * 1000).events;
  return { at, source: "api", events };
}

const callOf = (told: readonly Told[]): Call =>
  foldCall(
    told.flatMap(({ at, source, events }, index) =>
      events.map((draft, position): CallEvent => ({
        ...draft,
        id: `evt_${index}_${position}`,
        tenantId: "default",
        provider: "callrail",
        source,
        receivedAt: new Date(startMs + at * 1000).toISOString(),
        deliveryId: null,
      })),
    ),
  );

/** What core compares, but for what the API does not know: the audio's address and the number of old. */
function said({ version: _version, provenance: _provenance, updatedAt: _updatedAt, ...call }: Call) {
  return call;
}
const saidByBoth = ({ metadata: _metadata, recordings, ...call }: ReturnType<typeof said>) => ({
  ...call,
  recordings: recordings.map((recording) => ({ ...recording, url: null })),
});

test("A02, A07: readings at any time change nothing of a call whose webhooks all come", () => {
  fc.assert(
    fc.property(lives, readings, (life, timesOf) => {
      const webhooks = webhooksOf(life);
      const read = timesOf(life).map((time) => reading(life, time));
      expect(said(callOf([...webhooks, ...read]))).toEqual(said(callOf(webhooks)));
    }),
    { numRuns: 3_000 },
  );
});

test("A07: whichever webhooks were lost, what is read last is how the call is, and reading it again is no news", () => {
  fc.assert(
    fc.property(lives, readings, fc.infiniteStream(fc.boolean()), (life, timesOf, losses) => {
      const webhooks = webhooksOf(life);
      const [...isLost] = losses.take(webhooks.length);
      const lastEdit = Math.max(0, ...life.edits.map(({ at }) => at));
      const late = life.duration + Math.max(lastEdit, hourSeconds);
      const told = [
        ...webhooks.filter((_webhook, index) => isLost[index] !== true),
        ...timesOf(life)
          .filter((time) => time < late)
          .map((time) => reading(life, time)),
        reading(life, late),
      ];
      const healed = callOf(told);
      expect(saidByBoth(said(healed))).toEqual(saidByBoth(said(callOf(webhooks))));
      expect(said(callOf([...told, reading(life, late + hourSeconds)]))).toEqual(said(healed));
    }),
    { numRuns: 3_000 },
  );
});

test("A07: a call that looked missed in the twelfth minute was answered, as Post-Call says", () => {
  const life: Life = {
    duration: 49,
    outcome: { answered: true, call_type: "answered" },
    running: { ...placeholder, duration: 0 },
    isKnownAtOnce: false,
    postCallDelay: 15 * 60,
    postCallTransit: 1,
    edits: [{ at: 14 * 60, change: { tags: ["Booked"], note: "Call back.", lead_status: "good_lead" } }],
  };
  const early = reading(life, 12 * 60);
  expect(callOf([early])).toMatchObject({ status: "no_answer", outcome: "missed" });
  const [, , postCall] = webhooksOf(life);
  if (postCall === undefined) throw new Error("Expected Post-Call");
  expect(callOf([early, postCall])).toMatchObject({
    status: "completed",
    outcome: "answered",
    durationSeconds: 49,
    tags: ["Booked"],
    note: "Call back.",
    disposition: "good_lead",
  });
});
