import type { SampleContext } from "../sample.ts";
import { analyzed, callId, companyId, personId, type Fields } from "../samples/callrail-payloads.ts";
import { hexDigits } from "../sample.ts";

/** Calls as CallRail's API writes them. What webhooks say is taken from them. https://apidocs.callrail.com/#calls */

const namesOf = (text: string): readonly string[] => text.trim().split(/\s+/);

const defaultFields = namesOf(`
  agent_email answered business_phone_number customer_city customer_country customer_name customer_phone_number
  customer_state direction duration id recording recording_duration recording_player start_time tracking_phone_number
  voicemail
`);

const selectableFields: ReadonlySet<string> = new Set([
  ...defaultFields,
  ...namesOf(`
    call_highlights call_summary call_type campaign company_id company_name company_time_zone created_at custom
    device_type fbclid first_call formatted_business_phone_number formatted_call_type formatted_customer_location
    formatted_customer_name formatted_customer_phone_number formatted_duration formatted_tracking_phone_number
    formatted_tracking_source formatted_value ga gclid good_lead_call_id good_lead_call_time keypad_entries keywords
    keywords_spotted landing_page_url last_requested_url lead_explanation lead_score lead_status medium milestones
    msclkid note person_id prior_calls referrer_domain referring_url sentiment session_uuid source source_name
    speaker_percent tags timeline_url total_calls tracker_id transcription utm_campaign utm_content utm_medium
    utm_source utm_term utma utmb utmc utmv utmz value voice_assist_message waveforms zip_code
  `),
]);

const singleOnly: ReadonlySet<string> = new Set(["conversational_transcript", "integration_data"]);

/** A name that the API does not know, which costs the whole request. */
export function unknownField(fields: string, isSingle: boolean): string | undefined {
  return fields
    .split(",")
    .find((name) => name !== "" && !selectableFields.has(name) && !(isSingle && singleOnly.has(name)));
}

/** @param fields what was asked for beside what every call comes with. @param changes made since by the API. */
export function callRecord(accountId: string, context: SampleContext, fields: string, changes: Fields = {}): Fields {
  const told = { ...inApiTypes(accountId, context), ...changes };
  const names = new Set([...defaultFields, ...fields.split(",")]);
  return Object.fromEntries([...names].filter((name) => name in told).map((name) => [name, told[name]]));
}

/** The last webhook of a call's life in the API's types: where a webhook writes an empty text, there is null here. */
function inApiTypes(accountId: string, context: SampleContext): Fields {
  const { duration, recording_duration: recordingSeconds, value, tags, ...told } = analyzed(context);
  const known = Object.fromEntries(Object.entries(told).map(([name, each]) => [name, each === "" ? null : each]));
  return {
    ...known,
    id: callId(context),
    company_id: companyId,
    person_id: personId(context),
    tracker_id: told["tracker_resource_id"],
    duration: Number(duration),
    recording: `https://api.callrail.com/v3/a/${accountId}/calls/${callId(context)}/recording.json`,
    recording_duration: String(recordingSeconds),
    value: Number(String(value).replace(/[$,]/g, "")),
    tags: tagsOf(Array.isArray(tags) ? tags : []),
  };
}

/** Webhooks have names where the API has objects. */
export const tagsOf = (tags: readonly unknown[]): readonly unknown[] =>
  tags.map((tag, index) => (typeof tag === "string" ? { id: 4712 + index, name: tag, color: "gray1" } : tag));

export const accountRecord = (accountId: string): Fields => ({
  id: accountId,
  name: "Acme Plumbing",
  outbound_recording_enabled: true,
  hipaa_account: false,
});

export const defaultAccountId = `ACC${hexDigits("ac", 32)}`;
