import { openDownload, type Fetch } from "@offhook/core/client";
import { ApiError, type ApiContext, type Call, type Recording, type RecordingLocation } from "@offhook/core";
import type { ConvosoClient } from "./create-client.ts";
import { findCall, ownReferences } from "./find-call.ts";
import type { ConvosoRecording } from "./recordings.ts";
import { webAddress } from "./web-address.ts";

interface RecordingAccess {
  readonly client: ConvosoClient;
  /** Where recordings lie. */
  readonly hosts: readonly string[];
  readonly fetch: Fetch | undefined;
}

/**
 * Asks the log first: an address that was stored may lead nowhere by now, while the log has the present one. Where the log
 * does not give the call, because its id is none of the log's or the token may not, the stored address does, if there is
 * something to hear.
 *
 * @throws ApiError where the log refuses and no stored address helps, or is only asked too much.
 */
export async function locateRecording(
  access: RecordingAccess,
  { id, url, state }: Recording,
  call: Call,
  context: ApiContext | undefined,
): Promise<RecordingLocation | "gone" | "later"> {
  const stored = webAddress(url ?? "");
  let refusal: ApiError | undefined;
  for (const reference of ownReferences(call)) {
    try {
      const found = await findInLog(access.client, id, reference, context);
      if (found?.url != null) return { url: found.url };
      if (found !== undefined && stored === null) return "later";
    } catch (error) {
      if (!(error instanceof ApiError && refusals.has(error.code))) throw error;
      refusal ??= error;
    }
  }
  if (stored === null) {
    if (refusal !== undefined) throw refusal;
    return state === "pending" ? "later" : "gone";
  }
  // Whoever finds nothing there would take the recording for gone, while the log may have its present address.
  if (refusal !== undefined && (await isMissing(stored, access, context))) throw refusal;
  return { url: stored };
}

/** Not those that ask for patience: the log tells the present address after it. */
const refusals: ReadonlySet<string> = new Set([
  "api_rejected",
  "api_not_found",
  "api_malformed",
  "api_forbidden",
  "api_unauthorized",
  "api_unavailable",
]);

async function findInLog(
  client: ConvosoClient,
  id: string,
  reference: string,
  context: ApiContext | undefined,
): Promise<ConvosoRecording | undefined> {
  const log = await findCall(client, reference, context);
  const recordings = log === undefined ? [] : await client.recordings.list(log, context);
  return id === reference ? recordings[0] : recordings.find((each) => each.recording_id === id);
}

/** Whether its host says that there is no such file; whatever else it says is for whoever reads it. */
async function isMissing(
  url: string,
  { hosts, fetch }: RecordingAccess,
  context: ApiContext | undefined,
): Promise<boolean> {
  try {
    const { body } = await openDownload(
      { url },
      { provider: "convoso", hosts, range: "bytes=0-0", signal: context?.signal, fetch },
    );
    await body.cancel();
    return false;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return error.code === "api_not_found";
  }
}
