import type { Analysis, AnalysisCriterion, CallFacts, JsonValue } from "@offhook/core";
import { isRecord, type Conversation } from "./payload.ts";

/** What a conversion is decided by. */
export interface ElevenLabsVerdict {
  readonly conversationId: string | null;
  readonly agentId: string | null;
  /** `call_successful`: whether the call reached its goal, as the vendor's analysis judges; null for unknown. */
  readonly successful: boolean | null;
  readonly criteria: readonly AnalysisCriterion[];
  /** Values collected from the conversation, by the names they have at ElevenLabs. */
  readonly data: { readonly [name: string]: JsonValue };
}

/**
 * True for a conversion, false for none; undefined says nothing, and leaves what other vendors say.
 *
 * @example
 * elevenlabs({ webhookSecret, conversion: ({ data }) => typeof data["booking_id"] === "string" });
 */
export type ElevenLabsConversionRule = (verdict: ElevenLabsVerdict) => boolean | undefined;

type VendorAnalysis = NonNullable<Conversation["analysis"]>;

export function readAnalysis(vendor: VendorAnalysis): Analysis {
  return {
    title: nonEmpty(vendor.call_summary_title),
    summary: nonEmpty(vendor.transcript_summary),
    sentiment: null,
    successful: verdictOf(vendor.call_successful),
    criteria: criteriaOf(vendor.evaluation_criteria_results ?? vendor.evaluation_criteria_results_list),
    data: dataOf(vendor.data_collection_results ?? vendor.data_collection_results_list),
  };
}

/** The analysis as facts, with the conversion that follows from it. */
export function analysisFacts(
  ids: Pick<Conversation, "conversation_id" | "agent_id">,
  analysis: Analysis,
  rule: false | ElevenLabsConversionRule | undefined,
): Pick<CallFacts, "analysis" | "conversion"> {
  if (rule === false) return { analysis };
  if (rule === undefined) {
    // A call that missed its goal may still have been converted by what another vendor or a person knows.
    const conversion = analysis.successful === true ? { converted: true, reason: "call_successful" } : null;
    return { analysis, conversion };
  }
  const { successful, criteria, data } = analysis;
  const conversationId = nonEmpty(ids.conversation_id);
  const converted = rule({ conversationId, agentId: nonEmpty(ids.agent_id), successful, criteria, data });
  return { analysis, conversion: typeof converted === "boolean" ? { converted, reason: "conversion_rule" } : null };
}

function verdictOf(verdict: string | null | undefined): boolean | null {
  return verdict === "success" ? true : verdict === "failure" ? false : null;
}

/** The entries of a map by id, or of a list. */
function* entriesOf(results: unknown, idName: string): Iterable<[string, { readonly [name: string]: unknown }]> {
  if (Array.isArray(results)) {
    for (const entry of results as readonly unknown[]) {
      if (isRecord(entry) && typeof entry[idName] === "string") yield [entry[idName], entry];
    }
  } else if (isRecord(results)) {
    for (const [id, entry] of Object.entries(results)) if (isRecord(entry)) yield [id, entry];
  }
}

function criteriaOf(results: unknown): AnalysisCriterion[] {
  const criteria: AnalysisCriterion[] = [];
  for (const [id, { result, rationale }] of entriesOf(results, "criteria_id")) {
    criteria.push({
      id,
      result: result === "success" || result === "failure" ? result : "unknown",
      rationale: typeof rationale === "string" ? rationale : null,
    });
  }
  return criteria;
}

function dataOf(results: unknown): { readonly [name: string]: JsonValue } {
  const values: [string, JsonValue][] = [];
  for (const [id, { value }] of entriesOf(results, "data_collection_id")) {
    // It came out of JSON.parse.
    values.push([id, (value ?? null) as JsonValue]);
  }
  // Unlike an assignment this takes `__proto__` for a name like any other.
  return Object.fromEntries(values);
}

const nonEmpty = (value: string | null | undefined): string | null =>
  value === undefined || value === "" ? null : value;
