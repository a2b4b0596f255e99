import type { Transcript, TranscriptTurn } from "@offhook/core";
import { isRecord } from "./payload.ts";

/** What one pass over the turns gives. */
export interface ReadTranscript {
  readonly transcript: Transcript | null;
  /** The agent's tool found that a mailbox had answered. */
  readonly voicemail: boolean;
  /** The agent passed the caller on to a number; null where no turn is there to tell. */
  readonly handedOver: boolean | null;
}

const roles: { readonly [role: string]: TranscriptTurn["role"] } = { agent: "agent", user: "customer" };
const speakers: { readonly [Role in TranscriptTurn["role"]]: string } = {
  agent: "Agent",
  customer: "Customer",
  other: "Other",
};

/** Reads `transcript`. Turns without a message are tool calls; without any turn nothing is known. */
export function readTranscript(value: unknown): ReadTranscript {
  if (!Array.isArray(value)) return { transcript: null, voicemail: false, handedOver: null };
  const turns: TranscriptTurn[] = [];
  let text = "";
  let voicemail = false;
  let handedOver: boolean | null = null;
  for (const turn of value as readonly unknown[]) {
    if (!isRecord(turn)) continue;
    const { role, message, time_in_call_secs: seconds } = turn;
    const results = resultsOf(turn);
    voicemail ||= results.some((result) => result === "voicemail_detection_success");
    handedOver = handedOver === true || results.some((result) => handOver.test(result));
    if (typeof message !== "string" || message.trim() === "") continue;
    const speaker = roleOf(role);
    turns.push({ role: speaker, text: message, startSeconds: startOf(seconds), endSeconds: null });
    text += `${text === "" ? "" : "\n"}${speakers[speaker]}: ${message}`;
  }
  return { transcript: turns.length === 0 ? null : { text, turns }, voicemail, handedOver };
}

function roleOf(role: unknown): TranscriptTurn["role"] {
  return (typeof role === "string" && Object.hasOwn(roles, role) ? roles[role] : undefined) ?? "other";
}

/** Adding zero turns a negative zero into the one that JSON can write. */
function startOf(seconds: unknown): number | null {
  return typeof seconds === "number" && Number.isFinite(seconds) && seconds >= 0 ? seconds + 0 : null;
}

// Over Twilio, SIP or Exotel. To another agent it stays the same conversation.
// https://elevenlabs.io/docs/eleven-agents/customization/tools/system-tools/transfer-to-number
const handOver = /^transfer_to_number_(?:\w+_)?success$/;

/** What the system's tools gave in a turn. https://elevenlabs.io/docs/eleven-agents/customization/tools/system-tools */
function resultsOf({ tool_results: results }: { readonly [name: string]: unknown }): readonly string[] {
  if (!Array.isArray(results)) return [];
  return results.flatMap((result: unknown) => {
    const inner = isRecord(result) ? result["result"] : undefined;
    const type = isRecord(inner) ? inner["result_type"] : undefined;
    return typeof type === "string" ? [type] : [];
  });
}
