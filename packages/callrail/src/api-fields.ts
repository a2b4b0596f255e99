import { ApiError } from "@offhook/core";

/**
 * Fields that public integrations are known to ask for without trouble.
 * https://apidocs.callrail.com/#listing-all-calls
 */
const accepted: readonly string[] = [
  "agent_email",
  "call_summary",
  "call_type",
  "campaign",
  "company_id",
  "conversational_transcript",
  "custom",
  "fbclid",
  "gclid",
  "keywords",
  "landing_page_url",
  "lead_status",
  "medium",
  "msclkid",
  "note",
  "person_id",
  "referrer_domain",
  "referring_url",
  "sentiment",
  "source",
  "source_name",
  "tags",
  "transcription",
  "utm_campaign",
  "value",
];

/**
 * What a client asks for beside what every call comes with: all that Offhook reads. The last ones are documented as
 * well, and yet the API was seen to refuse requests for some of them, or their plan may not include them.
 */
export const callRailFields: readonly string[] = [
  ...accepted,
  "lead_explanation",
  "lead_score",
  "utm_content",
  "utm_medium",
  "utm_source",
  "utm_term",
  "voice_assist_message",
];

/** Known to the answer for one call only; in a list they would be an unknown name. */
const singleOnly: ReadonlySet<string> = new Set(["conversational_transcript", "integration_data"]);

/** The names of a list of fields that calls can be listed with. */
export const listedFields = (fields: readonly string[]): readonly string[] =>
  fields.filter((name) => !singleOnly.has(name));

/** The fields that one kind of request asks for. */
export interface FieldChoice {
  /** Left out since the API refused a request for them. */
  readonly refused: readonly string[];
  /** Makes a request with all fields; without those that may be the trouble, if the API refuses it. */
  ask<Answer>(request: (fields: string | undefined) => Promise<Answer>): Promise<Answer>;
}

/**
 * One name that the API does not know costs the whole request. Which one it was it does not say in a documented way, so
 * all that are not known to be accepted are left out, from then on.
 */
export function chooseFields(
  wanted: readonly string[],
  onRefused: ((fields: readonly string[]) => void) | undefined,
): FieldChoice {
  const known: ReadonlySet<string> = new Set(accepted);
  const doubtful = wanted.filter((name) => !known.has(name));
  const join = (without: readonly string[]): string | undefined =>
    wanted.filter((name) => !without.includes(name)).join(",") || undefined;
  let refused: readonly string[] = [];
  return {
    get refused() {
      return refused;
    },
    async ask(request) {
      const without = refused;
      try {
        return await request(join(without));
      } catch (error) {
        const mayBeFields = error instanceof ApiError && error.status === 400 && doubtful.length > without.length;
        if (!mayBeFields) throw error;
      }
      const answer = await request(join(doubtful));
      // Only now is it clear that it was the fields: other mistakes in a request are answered in the same way.
      if (refused.length === 0) {
        refused = doubtful;
        onRefused?.(doubtful);
      }
      return answer;
    },
  };
}
