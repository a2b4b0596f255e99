import {
  addSeconds,
  ApiError,
  type ApiContext,
  type ApiErrorCode,
  type ApiRecord,
  type Call,
  type FindContext,
} from "@offhook/core";
import { BoundedMemory } from "@offhook/core/client";
import type { ElevenLabsCall, ElevenLabsCallSummary } from "./api-records.ts";
import { callRecord, isSettled, twilioCallSidOf } from "./api-events.ts";
import type { ConversionOption } from "./conversation.ts";
import type { ElevenLabsClient } from "./create-client.ts";

type FindCall = (call: Call, context: FindContext) => Promise<readonly ApiRecord[] | "none" | "later">;

interface Settings {
  readonly client: Pick<ElevenLabsClient, "calls">;
  readonly readCall: (id: string, context: ApiContext) => Promise<ElevenLabsCall | undefined>;
  readonly conversion: ConversionOption;
}

/** Clocks differ, and a conversation may be set up before the phone rings. */
const marginSeconds = 120;
/** A thousand conversations in the time of one call. */
const maxPages = 10;
/** Of conversations in one go; what is left is read when it is asked again. */
const maxReads = 20;
const maxRemembered = 5000;

const ofOneConversation: ReadonlySet<ApiErrorCode> = new Set(["api_malformed", "api_rejected"]);

/**
 * Finds conversations by the CallSid of the leg that carried them. The API has no such filter, and its list does not
 * name the leg: so conversations of the time are read one by one, and each of them once.
 */
export function createCallFinder({ client, readCall, conversion }: Settings): FindCall {
  // What cannot change any more: the leg of a conversation, or that it had none.
  const legs = new BoundedMemory<string | null>(maxRemembered);

  /** What is wrong with one conversation must not keep the calls around it from theirs. */
  const readOne = async (id: string, context: ApiContext): Promise<ElevenLabsCall | "unreadable" | undefined> => {
    try {
      return await readCall(id, context);
    } catch (error) {
      if (error instanceof ApiError && ofOneConversation.has(error.code)) return "unreadable";
      throw error;
    }
  };

  return async (call, { isLinked, ...context }) => {
    const callSids = new Set(call.references.filter(({ provider }) => provider === "twilio").map(({ id }) => id));
    if (callSids.size === 0) return "none";
    const found: ApiRecord[] = [];
    let isUnfinished = false;
    let isUndecided = false;
    let reads = 0;
    for (const { conversation_id: id } of await candidatesOf(client, call, context)) {
      const known = legs.get(id);
      if (known === null || (known !== undefined && !callSids.has(known))) continue;
      if (await isLinked({ provider: "elevenlabs", id })) continue;
      if (reads === maxReads) {
        isUndecided = true;
        break;
      }
      reads += 1;
      const conversation = await readOne(id, context);
      if (conversation === "unreadable") {
        isUndecided = true;
        continue;
      }
      if (conversation === undefined) {
        legs.set(id, null);
        continue;
      }
      const record = callRecord(conversation, conversion);
      const sid = twilioCallSidOf(record);
      const settled = isSettled(conversation);
      if (sid !== undefined || settled) legs.set(id, sid ?? null);
      // It may still be told which leg it is on.
      else isUndecided = true;
      if (sid === undefined || !callSids.has(sid)) continue;
      if (settled) found.push(record);
      else isUnfinished = true;
    }
    if (isUnfinished) return "later";
    if (found.length > 0) return found;
    return isUndecided ? "later" : "none";
  };
}

// Where no telephone network can have been between: apps, messages, and Exotel's own numbers.
// https://elevenlabs.io/docs/api-reference/conversations/list
const otherSources = /_sdk$|_integration$|_sms$|^(?:widget|whatsapp|exotel|template_preview|subagent_tool)$/;

/** Conversations in the time of the call, those first that began nearest to it; of two as near the newer one. */
async function candidatesOf(
  client: Settings["client"],
  call: Call,
  context: ApiContext,
): Promise<readonly ElevenLabsCallSummary[]> {
  const from = call.startedAt ?? call.createdAt;
  const to = call.endedAt ?? addSeconds(call.startedAt, call.durationSeconds) ?? call.updatedAt;
  const range = {
    from: addSeconds(from, -marginSeconds) ?? from,
    to: addSeconds(to < from ? from : to, marginSeconds) ?? to,
  };
  const candidates: ElevenLabsCallSummary[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const { items, nextCursor } = await client.calls.page({ ...range, ...context, cursor });
    candidates.push(...items.filter(({ conversation_initiation_source: source }) => !otherSources.test(source ?? "")));
    if (nextCursor === null) break;
    cursor = nextCursor;
  }
  const startSeconds = Date.parse(from) / 1000;
  const distance = ({ start_time_unix_secs: seconds }: ElevenLabsCallSummary): number =>
    Math.abs((seconds ?? Number.MAX_SAFE_INTEGER) - startSeconds);
  return candidates.toSorted((left, right) => distance(left) - distance(right) || startOf(right) - startOf(left));
}

const startOf = (summary: ElevenLabsCallSummary): number => summary.start_time_unix_secs ?? 0;
