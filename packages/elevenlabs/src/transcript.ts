import type { Transcript, TranscriptTurn } from "@offhook/core";
import { isRecord } from "./payload.ts";

/** What one pass over the turns gives. */
export interface ReadTranscript {
  readonly transcript: Transcript | null;
  /** The agent's tool found that a mailbox had answered. */
  readonly voicemail: boolean;
}

const roles: { readonly [role: string]: TranscriptTurn["role"] } = { agent: "agent", user: "customer" };
const speakers: { readonly [Role in TranscriptTurn["role"]]: string } = {
  agent: "Agent",
  customer: "Customer",
  other: "Other",
};

/** Reads `transcript`. Turns without a message are tool calls; without any turn nothing is known. */
export function readTranscript(value: unknown): ReadTranscript {
  if (!Array.isArray(value)) return { transcript: null, voicemail: false };
  const turns: TranscriptTurn[] = [];
  let text = "";
  let voicemail = false;
  for (const turn of value as readonly unknown[]) {
    if (!isRecord(turn)) continue;
    const { role, message, time_in_call_secs: seconds, tool_results: results } = turn;
    if (!voicemail && Array.isArray(results)) voicemail = results.some(foundVoicemail);
    if (typeof message !== "string" || message.trim() === "") continue;
    const speaker = roleOf(role);
    turns.push({ role: speaker, text: message, startSeconds: startOf(seconds), endSeconds: null });
    text += `${text === "" ? "" : "\n"}${speakers[speaker]}: ${message}`;
  }
  return { transcript: turns.length === 0 ? null : { text, turns }, voicemail };
}

function roleOf(role: unknown): TranscriptTurn["role"] {
  return (typeof role === "string" && Object.hasOwn(roles, role) ? roles[role] : undefined) ?? "other";
}

/** Adding zero turns a negative zero into the one that JSON can write. */
function startOf(seconds: unknown): number | null {
  return typeof seconds === "number" && Number.isFinite(seconds) && seconds >= 0 ? seconds + 0 : null;
}

/** https://elevenlabs.io/docs/eleven-agents/customization/tools/system-tools/voicemail-detection */
function foundVoicemail(result: unknown): boolean {
  if (!isRecord(result)) return false;
  const { result: inner } = result;
  return isRecord(inner) && inner["result_type"] === "voicemail_detection_success";
}
