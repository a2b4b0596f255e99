import { hexDigits, type SampleContext } from "../sample.ts";
import { callSeconds, disposed, recordingUrl } from "../samples/convoso-payloads.ts";
import type { Members } from "./request-body.ts";

/** Records as Convoso's API writes them: all texts. What pushes say is taken from them. */

/**
 * A call of the log.
 * @param date by the account's clock.
 * https://help.convoso.com/hc/en-us/articles/37842066660891-Call-Log-Retrieve-Search-API
 */
export function logRecord(context: SampleContext, date: string, withRecordings: boolean): Members {
  const pushed = disposed(context);
  return {
    id: pushed["call_log_id"],
    lead_id: pushed["lead_id"],
    list_id: pushed["list_id"],
    campaign_id: pushed["campaign_id"],
    campaign: pushed["campaign_name"],
    user: pushed["agent_full_name"],
    user_id: pushed["user_id"],
    phone_number: pushed["phone_number"],
    number_dialed: context.from.replace(/^\+/, ""),
    first_name: pushed["first_name"],
    last_name: pushed["last_name"],
    status: pushed["status"],
    status_name: pushed["status_name"],
    call_length: pushed["length_in_sec"],
    call_date: date,
    agent_comment: pushed["agent_comment"],
    queue_id: nothingIn(pushed["queue_id"]),
    queue: nothingIn(pushed["queue_name"]),
    called_count: "1",
    caller_id_displayed: pushed["caller_id"],
    inbound_number: pushed["inbound_number"],
    term_reason: pushed["term_reason"],
    call_type: pushed["call_type"],
    queue_position: pushed["queue_position"],
    queue_seconds: pushed["queue_seconds"],
    originating_agent_id: null,
    session_id: sessionId(context),
    ...(withRecordings
      ? {
          recording: [
            { recording_id: recordingId(context), src: recordingUrl(context), public_url: recordingUrl(context) },
          ],
        }
      : {}),
  };
}

const nothingIn = (text: string | undefined): string | null =>
  text === undefined || text === "" || text === "null" ? null : text;

/** Of SIP. No push has it. */
const sessionId = ({ key }: SampleContext): string => `${hexDigits(key, 16)}@192.0.2.7`;
const recordingId = ({ key }: SampleContext): string => String(BigInt(`0x${key}`) + 991n);

/** Who was called. https://help.convoso.com/hc/en-us/articles/46774312268059-Lead-Search-API */
export function leadRecord(context: SampleContext, createdAt: string): Members {
  const pushed = disposed(context);
  return {
    id: pushed["lead_id"],
    list_id: pushed["list_id"],
    owner_id: "",
    user_id: pushed["user_id"],
    status: pushed["status"],
    created_at: createdAt,
    modified_at: pushed["modified_at"],
    phone_code: pushed["phone_code"],
    phone_number: pushed["phone_number"],
    first_name: pushed["first_name"],
    last_name: pushed["last_name"],
    email: pushed["email"],
    city: pushed["city"],
    state: pushed["state"],
  };
}

/** https://help.convoso.com/hc/en-us/articles/37896898809883-Lead-Get-Recordings-API */
export const leadRecording = (context: SampleContext, lead: string, start: string, end: string): Members => ({
  recording_id: recordingId(context),
  lead_id: lead,
  start_time: start,
  end_time: end,
  seconds: String(callSeconds),
  url: recordingUrl(context),
});
