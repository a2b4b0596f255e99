import type { CallEvent, CallFacts } from "./call-event.ts";
import type {
  Agent,
  Analysis,
  AnalysisCriterion,
  CallStatus,
  CampaignName,
  Contact,
  JsonValue,
  Phone,
  ProviderCost,
  Recording,
  RecordingState,
  Source,
} from "./call.ts";
import { isRecord } from "./json.ts";

/** What stands where it is more than what one event says: whole where facts come in parts, by provider, or summed. */
interface Kept {
  agent: Agent;
  campaign: CampaignName;
  lead: Contact;
  source: Source;
  analysis: Analysis;
  cost: readonly ProviderCost[];
  tags: readonly ProviderTags[];
  metadata: { readonly [provider: string]: JsonValue };
}

/** What the rules decide: one value for each fact, so that a fact without a rule does not compile. */
export type Decided = {
  -readonly [Name in keyof CallFacts]-?: Name extends keyof Kept ? Kept[Name] : NonNullable<CallFacts[Name]>;
};

/** The tags one provider, or a person, gave. */
interface ProviderTags {
  readonly by: string;
  readonly tags: readonly string[];
}

type Said<Name extends keyof Decided> = NonNullable<CallFacts[Name]>;

/**
 * Decides a field: given what stands so far and what the next event in canonical order says, the value that stands.
 * Returning `current` itself means that the event changed nothing.
 */
type Rule<Name extends keyof Decided> = (
  current: Decided[Name] | undefined,
  said: Said<Name>,
  event: CallEvent,
) => Decided[Name];

// The building blocks. Events come in canonical order, a person's last, so "latest" lets a person win.

const latest = <T>(_current: T | undefined, said: T): T => said;
const smallest = <T extends string | number>(current: T | undefined, said: T): T =>
  current === undefined || said < current ? said : current;
const largest = <T extends string | number>(current: T | undefined, said: T): T =>
  current === undefined || said > current ? said : current;
const latestKnown = <T extends string>(current: T | undefined, said: T): T =>
  current !== undefined && said === "unknown" ? current : said;

/** How far along the lattice; a call only moves forward. */
const levels: { readonly [Status in CallStatus]: number } = {
  queued: 0,
  ringing: 1,
  in_progress: 2,
  completed: 3,
  busy: 3,
  no_answer: 3,
  failed: 3,
  canceled: 3,
};

/** True for a status that ends a call. */
export function isTerminal(status: CallStatus): boolean {
  return levels[status] === 3;
}

const forward: Rule<"status"> = (current, said) =>
  current !== undefined && levels[said] < levels[current] ? current : said;

/** A number that could be normalized beats one that could not; else the latest. The same number stays as it was written. */
const bestPhone = (current: Phone | undefined, said: Phone): Phone =>
  current !== undefined && current.e164 !== null && (said.e164 === null || said.e164 === current.e164) ? current : said;

/** Member by member the latest that says something. Names the members, so that the JSON has one key order. */
function memberwise<T extends object>(names: readonly (keyof T & string)[]) {
  return (current: T | undefined, said: { readonly [Name in keyof T]?: T[Name] | null | undefined }): T => {
    const next: { [Name in keyof T]?: T[Name] | null } = {};
    if (current === undefined) {
      for (const name of names) next[name] = said[name] ?? null;
      // Every name is set above; T's members are all nullable.
      return next as T;
    }
    let changed = false;
    for (const name of names) {
      const value = said[name] ?? current[name];
      if (value !== current[name]) changed = true;
      next[name] = value;
    }
    return changed ? (next as T) : current; // as above
  };
}

const mergeAgent = memberwise<Agent>(["id", "name", "kind"]);

/** Facts about the same agent complete each other; another agent replaces. */
const sameAgent: Rule<"agent"> = (current, said) =>
  current !== undefined && said.id != null && current.id !== null && said.id !== current.id
    ? mergeAgent(undefined, said)
    : mergeAgent(current, said);

/** More turns beat fewer, then more text beats less. */
const richest: Rule<"transcript"> = (current, said) => {
  if (current === undefined) return said;
  if (said.turns.length !== current.turns.length) return said.turns.length > current.turns.length ? said : current;
  return said.text.length >= current.text.length ? said : current;
};

const recordingProgress: { readonly [State in RecordingState]: number } = {
  pending: 0,
  failed: 1,
  available: 2,
  // That there is nothing to hear is known only once it was listened to.
  empty: 3,
  expired: 3,
  archived: 4,
};

function mergeRecording(known: Recording, said: Recording): Recording {
  const state = recordingProgress[said.state] >= recordingProgress[known.state] ? said.state : known.state;
  return {
    provider: known.provider,
    id: known.id,
    state,
    url: said.url ?? known.url,
    channels: said.channels ?? known.channels,
    durationSeconds: said.durationSeconds ?? known.durationSeconds,
    expiresAt: said.expiresAt ?? known.expiresAt,
  };
}

/** The union by provider and id; what is said of one recording completes what was said before. */
const unionRecordings: Rule<"recordings"> = (current, said) => {
  if (current === undefined && said.length < 2) return said;
  const next = [...(current ?? [])];
  for (const recording of said) {
    const at = next.findIndex((known) => known.id === recording.id && known.provider === recording.provider);
    const known = next[at];
    if (known === undefined) next.push(recording);
    else next[at] = mergeRecording(known, recording);
  }
  return next;
};

const mergeAnalysisMembers = memberwise<Pick<Analysis, "title" | "summary" | "sentiment" | "successful">>([
  "title",
  "summary",
  "sentiment",
  "successful",
]);

function unionCriteria(current: readonly AnalysisCriterion[], said: readonly AnalysisCriterion[]): AnalysisCriterion[] {
  const byId = new Map<string, AnalysisCriterion>();
  for (const criterion of current) byId.set(criterion.id, criterion);
  for (const criterion of said) byId.set(criterion.id, criterion);
  return [...byId.values()];
}

const mergeAnalysis: Rule<"analysis"> = (current, said) => ({
  ...mergeAnalysisMembers(current && pickMembers(current), said),
  criteria: unionCriteria(current?.criteria ?? [], said.criteria ?? []),
  data: inOrder({ ...current?.data, ...said.data }),
});

/** By name, whoever said them first. */
const inOrder = (data: Analysis["data"]): Analysis["data"] =>
  Object.fromEntries(Object.entries(data).toSorted(([one], [other]) => (one < other ? -1 : 1)));

const pickMembers = ({ title, summary, sentiment, successful }: Analysis) => ({
  title,
  summary,
  sentiment,
  successful,
});

/** One entry for each provider, its latest word. */
const costPerProvider: Rule<"cost"> = (current, said, event) => [
  ...(current ?? []).filter((cost) => cost.provider !== event.provider),
  { provider: event.provider, amount: said.amount, currency: said.currency },
];

/** One list for each provider, its latest; a person's list replaces them all. */
const tagsPerProvider: Rule<"tags"> = (current, said, event) => {
  if (event.source === "manual") return [{ by: "manual", tags: said }];
  return [...(current ?? []).filter((entry) => entry.by !== event.provider), { by: event.provider, tags: said }];
};

/** One entry for each provider; of objects, later members join or replace earlier ones. */
const metadataPerProvider: Rule<"metadata"> = (current, said, event) => {
  const known = current?.[event.provider];
  return { ...current, [event.provider]: isRecord(known) && isRecord(said) ? { ...known, ...said } : said };
};

/** How each field of a Call is decided. */
export const rules: { readonly [Name in keyof Decided]: Rule<Name> } = {
  direction: latestKnown,
  status: forward,
  outcome: latestKnown,
  endReason: latest,
  from: bestPhone,
  to: bestPhone,
  trackingNumber: bestPhone,
  startedAt: smallest,
  answeredAt: smallest,
  endedAt: largest,
  durationSeconds: largest,
  talkSeconds: largest,
  ringSeconds: largest,
  agent: sameAgent,
  campaign: memberwise<CampaignName>(["id", "name"]),
  lead: memberwise<Contact>(["id", "name", "email", "city", "region", "country"]),
  source: memberwise<Source>([
    "name",
    "medium",
    "campaign",
    "term",
    "content",
    "referrer",
    "landingPage",
    "gclid",
    "fbclid",
    "msclkid",
  ]),
  recordings: unionRecordings,
  transcript: richest,
  analysis: mergeAnalysis,
  answeredBy: latestKnown,
  disposition: latest,
  cost: costPerProvider,
  tags: tagsPerProvider,
  note: latest,
  value: latest,
  conversion: latest,
  attribution: latest,
  parent: latest,
  metadata: metadataPerProvider,
};
