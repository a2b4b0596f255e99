import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { parse } from "node:querystring";
import type { CallRailBody, ConvosoBody, ElevenLabsBody, RetellBody } from "./bodies.ts";

/**
 * The handler that a user would paste, without any library: check, parse, pick the fields. It is what the candidates
 * are measured against, so nothing here is slower than it must be.
 */

const equal = (left: Buffer, right: Buffer): boolean => left.length === right.length && timingSafeEqual(left, right);

export function checkTwilio(
  token: string,
  signature: string,
  url: string,
  body: Buffer,
): { [name: string]: string } | undefined {
  const fields = parse(body.toString()) as { [name: string]: string };
  let text = url;
  for (const name of Object.keys(fields).toSorted()) text += name + fields[name];
  return equal(createHmac("sha1", token).update(text).digest(), Buffer.from(signature, "base64")) ? fields : undefined;
}

export function checkRetell(key: string, header: string, body: Buffer): boolean {
  const comma = header.indexOf(",");
  const time = header.slice(2, comma);
  if (Math.abs(Date.now() - Number(time)) > 300_000) return false;
  return equal(
    createHmac("sha256", key).update(body).update(time).digest(),
    Buffer.from(header.slice(comma + 3), "hex"),
  );
}

export function checkElevenLabs(secret: string, header: string, body: Buffer): boolean {
  const comma = header.indexOf(",");
  const time = header.slice(2, comma);
  if (Date.now() / 1000 - Number(time) > 1800) return false;
  return equal(
    createHmac("sha256", secret).update(`${time}.`).update(body).digest(),
    Buffer.from(header.slice(comma + 4), "hex"),
  );
}

export const checkCallRail = (key: string, signature: string, body: Buffer): boolean =>
  equal(createHmac("sha1", key).update(body).digest(), Buffer.from(signature, "base64"));

export const checkConvoso = (secret: string, signature: string, body: Buffer): boolean =>
  equal(createHmac("sha256", secret).update(body).digest(), Buffer.from(signature, "hex"));

const sha256 = (text: string): Buffer => createHash("sha256").update(text).digest();
export const checkToken = (secret: string, token: string): boolean => timingSafeEqual(sha256(token), sha256(secret));

export const mapTwilio = (p: { [name: string]: string }): object => ({
  provider: "twilio",
  id: p["CallSid"],
  type: p["CallStatus"],
  direction: p["Direction"],
  from: p["From"],
  to: p["To"],
  endedAt: Date.parse(p["Timestamp"] ?? ""),
  durationSeconds: Number(p["CallDuration"]),
  recordingUrl: p["RecordingUrl"],
  raw: p,
});
export const mapRetell = ({ event, call: c }: RetellBody): object => ({
  provider: "retell",
  id: c.call_id,
  type: event,
  direction: c.direction,
  from: c.from_number,
  to: c.to_number,
  startedAt: c.start_timestamp,
  endedAt: c.end_timestamp,
  durationSeconds: c.duration_ms / 1000,
  recordingUrl: c.recording_url,
  transcript: c.transcript_object.map((turn) => ({
    role: turn.role,
    text: turn.content,
    at: turn.words[0]?.start,
  })),
  summary: c.call_analysis?.call_summary,
  raw: c,
});
export const mapElevenLabs = ({ type, data: d }: ElevenLabsBody): object => ({
  provider: "elevenlabs",
  id: d.conversation_id,
  type,
  direction: d.metadata.phone_call?.direction,
  from: d.metadata.phone_call?.external_number,
  to: d.metadata.phone_call?.agent_number,
  startedAt: d.metadata.start_time_unix_secs * 1000,
  endedAt: (d.metadata.start_time_unix_secs + d.metadata.call_duration_secs) * 1000,
  durationSeconds: d.metadata.call_duration_secs,
  transcript: d.transcript.map((turn) => ({
    role: turn.role,
    text: turn.message,
    at: turn.time_in_call_secs,
  })),
  summary: d.analysis?.transcript_summary,
  raw: d,
});
export const mapCallRail = (p: CallRailBody): object => ({
  provider: "callrail",
  id: p.resource_id,
  type: "post_call",
  direction: p.direction,
  from: p.customer_phone_number,
  to: p.tracking_phone_number,
  startedAt: Date.parse(p.start_time),
  durationSeconds: Number(p.duration),
  recordingUrl: p.recording,
  transcript: p.transcription,
  raw: p,
});
export const mapConvoso = (p: ConvosoBody): object => ({
  provider: "convoso",
  id: p.call_log_id,
  type: p.status,
  direction: p.call_type,
  from: p.caller_id_displayed,
  to: p.phone_number,
  startedAt: Date.parse(p.call_date),
  durationSeconds: Number(p.call_length),
  recordingUrl: p.recording_url,
  raw: p,
});
