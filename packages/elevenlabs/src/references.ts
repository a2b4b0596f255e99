import { createReference, type Reference } from "@offhook/core";

/** What a message says of the names of a call. */
export interface CallNames {
  readonly conversationId: string | null | undefined;
  /** What the message calls Twilio's. */
  readonly twilioCallSid?: string | null | undefined;
  /** Where else a Twilio CallSid may stand; the first that looks like one. */
  readonly maybeTwilio?: readonly (string | null | undefined)[];
  /** The Call-ID of the SIP dialog. */
  readonly sipCallId?: string | null | undefined;
}

// What is less than this may be a placeholder, which would unite calls that have nothing to do with each other.
const statedCallSid = /^CA\w{1,62}$/;
const exactCallSid = /^CA[0-9a-f]{32}$/;
const plausibleCallId = /^[\x21-\x7e]{8,240}$/;

/**
 * Every name of the call, the conversation first.
 * @throws PayloadError `payload_invalid` for a conversation id that cannot be a key.
 */
export function referencesOf({ conversationId, twilioCallSid, maybeTwilio, sipCallId }: CallNames): Reference[] {
  const references: Reference[] = [];
  if (conversationId !== null && conversationId !== undefined && conversationId !== "") {
    references.push(createReference("elevenlabs", conversationId, "session"));
  }
  const sid = fits(statedCallSid, twilioCallSid)
    ? twilioCallSid
    : maybeTwilio?.find((candidate) => fits(exactCallSid, candidate));
  if (typeof sid === "string") references.push(createReference("twilio", sid, "leg"));
  // An initiation request on a SIP trunk may name nothing else.
  if (fits(plausibleCallId, sipCallId)) references.push(createReference("elevenlabs", `sip:${sipCallId}`, "session"));
  return references;
}

function fits(pattern: RegExp, value: string | null | undefined): value is string {
  return typeof value === "string" && pattern.test(value);
}
