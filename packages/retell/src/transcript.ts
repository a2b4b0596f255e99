import type { Transcript, TranscriptTurn } from "@offhook/core";
import { isJsonObject, type RetellCall } from "./payload.ts";

/** The turns with their times; where there are none, the lines of the text. */
export function transcriptOf({ transcript, transcript_object: spoken }: RetellCall): Transcript | null {
  const timed = Array.isArray(spoken) ? timedTurns(spoken) : [];
  const text = transcript ?? "";
  if (timed.length > 0) return { text: text === "" ? textOf(timed) : text, turns: timed };
  return text.trim() === "" ? null : { text, turns: turnsOfLines(text) };
}

/** Only the first and the last word of a turn are looked at: a long call has ten thousand. */
function timedTurns(utterances: readonly unknown[]): TranscriptTurn[] {
  const turns: TranscriptTurn[] = [];
  for (const utterance of utterances) {
    if (!isJsonObject(utterance)) continue;
    const { role, content, words } = utterance;
    if (typeof content !== "string" || content === "") continue;
    const spoken: readonly unknown[] = Array.isArray(words) ? words : [];
    turns.push({
      role: roleOf(role),
      text: content,
      startSeconds: secondsOf(spoken[0], "start"),
      endSeconds: secondsOf(spoken.at(-1), "end"),
    });
  }
  return turns;
}

/** `transfer_target` is a third speaker. */
const roleOf = (role: unknown): TranscriptTurn["role"] =>
  role === "agent" ? "agent" : role === "user" ? "customer" : "other";

function secondsOf(word: unknown, name: "start" | "end"): number | null {
  const seconds = isJsonObject(word) ? word[name] : undefined;
  return typeof seconds === "number" && seconds >= 0 && Number.isFinite(seconds) ? seconds : null;
}

const labels: { readonly [Role in TranscriptTurn["role"]]: string } = {
  agent: "Agent: ",
  customer: "User: ",
  other: "Transfer target: ",
};

const textOf = (turns: readonly TranscriptTurn[]): string =>
  turns.map((turn) => labels[turn.role] + turn.text).join("\n");

/** A line without a label goes on with the turn before it. */
function turnsOfLines(text: string): TranscriptTurn[] {
  const turns: { role: TranscriptTurn["role"]; lines: string[] }[] = [];
  for (const line of text.split("\n")) {
    const role = line.startsWith(labels.agent) ? "agent" : line.startsWith(labels.customer) ? "customer" : undefined;
    const last = turns.at(-1);
    if (role !== undefined) turns.push({ role, lines: [line.slice(labels[role].length)] });
    else if (last !== undefined) last.lines.push(line);
    else if (line.trim() !== "") turns.push({ role: "other", lines: [line] });
  }
  return turns
    .map(({ role, lines }) => ({ role, text: lines.join("\n").trim(), startSeconds: null, endSeconds: null }))
    .filter((turn) => turn.text !== "");
}
