import { PayloadError, type Agent, type Recording, type RecordingState, type Reference } from "@offhook/core";

/** Every voice at ElevenLabs is a machine's. */
export function agentOf(id: string | null | undefined, name?: string | null): Agent | null {
  return id === null || id === undefined || id === "" ? null : { id, name: name ?? null, kind: "ai" };
}

/** A conversation has one recording, which has no address of its own. */
export function recordingOf(conversationId: string, state: RecordingState, expiresAt: string | null = null): Recording {
  return {
    provider: "elevenlabs",
    id: conversationId,
    state,
    url: null,
    channels: null,
    durationSeconds: null,
    expiresAt,
  };
}

/** @throws PayloadError `payload_invalid` where nothing names the call. */
export function requireReferences(kind: string, references: Reference[]): Reference[] {
  if (references.length > 0) return references;
  throw new PayloadError("payload_invalid", `ElevenLabs ${kind}: expected a conversation_id, got none`);
}
