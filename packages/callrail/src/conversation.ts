import type { Analysis, CallFacts, JsonValue, Recording, Transcript, TranscriptTurn } from "@offhook/core";
import type { CallFields } from "./call-fields.ts";
import { known, plainValuesOf, secondsOf, wholeSecondsOf } from "./values.ts";

/** What was recorded, written down and concluded of a call. */

/** A call has one recording, which has no id of its own. */
export function recordingsOf(fields: CallFields, callId: string): readonly Recording[] | null {
  const text = known(fields.recording);
  if (text === null || !URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== "https:" && url.protocol !== "http:") return null;
  // Accounts under HIPAA are given an address in S3 for a day, which must not be kept; the API gives a new one.
  // https://apidocs.callrail.com/#retrieving-a-call-recording
  const isTemporary = url.hostname.endsWith(".amazonaws.com");
  return [
    {
      provider: "callrail",
      id: callId,
      state: "available",
      url: isTemporary ? null : text.replace(/^http:/i, "https:"),
      channels: null,
      durationSeconds: wholeSecondsOf(fields.recording_duration),
      expiresAt: null,
    },
  ];
}

/** Null for accounts without Premium Conversation Intelligence. https://apidocs.callrail.com/#changelog */
export function transcriptOf(fields: CallFields): Transcript | null {
  const turns: TranscriptTurn[] = [];
  for (const turn of fields.conversational_transcript ?? []) {
    const text = known(turn?.phrase);
    if (text === null) continue;
    const role = turn?.speaker === "caller" ? "customer" : turn?.speaker === "agent" ? "agent" : "other";
    turns.push({ role, text, startSeconds: secondsOf(turn?.start) ?? null, endSeconds: null });
  }
  const whole = known(fields.transcription);
  if (whole === null && turns.length === 0) return null;
  return { text: whole ?? turns.map((turn) => turn.text).join("\n"), turns };
}

export function analysisOf(fields: CallFields): CallFacts["analysis"] {
  const summary = summaryOf(fields.call_summary);
  const sentiment = sentimentOf(known(fields.sentiment));
  const data: { [name: string]: JsonValue } = {};
  const score = known(fields.lead_score);
  if (score !== null) data["lead_score"] = score;
  const explanation = known(fields.lead_explanation);
  if (explanation !== null) data["lead_explanation"] = explanation;
  const message = plainValuesOf(fields.voice_assist_message?.contents);
  if (message !== null) data["voice_assist_message"] = message;
  if (Object.keys(data).length > 0) return { summary, sentiment, data };
  return (summary ?? sentiment) === null ? null : { summary, sentiment };
}

/** Text in lists, paragraphs in the answer for one call. */
function summaryOf(summary: CallFields["call_summary"]): string | null {
  if (!Array.isArray(summary)) return known(summary);
  return known(summary.filter((part) => typeof part === "string").join("\n"));
}

function sentimentOf(sentiment: string | null): Analysis["sentiment"] {
  const word = sentiment?.toLowerCase();
  return word === "positive" || word === "neutral" || word === "negative" ? word : null;
}
