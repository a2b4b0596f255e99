import { applyRecords } from "./apply-records.ts";
import type { Call, Recording } from "../call.ts";
import { lacksRecording, mayStillCome } from "./follow-ups.ts";
import { describeError } from "../logger.ts";
import type { OpenedRecording, OpenRecordingOptions } from "../integrations.ts";
import { openAtVendor } from "./open-recording.ts";
import { archiveKey } from "../recording-archive.ts";
import { recordingVerdict } from "./recording-events.ts";
import { bestRecording } from "./best-recording.ts";
import type { Vendors } from "./vendors.ts";
import type { Workings } from "../workings.ts";

interface Opening {
  readonly workings: Workings;
  readonly vendors: Vendors;
  readonly getCall: (id: string) => Promise<Call | undefined>;
}

/** The recording of a call: from the archive where it is kept, else from its vendor. */
export async function openRecording(
  { workings, vendors, getCall }: Opening,
  callId: string,
  { recordingId, range, signal }: OpenRecordingOptions,
): Promise<OpenedRecording> {
  const call = await getCall(callId);
  if (call === undefined) return { type: "nothing", state: "unknown" };
  const recording =
    recordingId === undefined ? bestRecording(call) : call.recordings.find(({ id }) => id === recordingId);
  if (recording === undefined) {
    if (recordingId !== undefined) return { type: "nothing", state: "unknown" };
    const isExpected = mayStillCome(call, workings.now()) && lacksRecording(call, vendors.recorders);
    return { type: "nothing", state: isExpected ? "pending" : "none_expected" };
  }
  const archived = await fromArchive(workings, recording, range);
  if (archived !== undefined) return { type: "stream", ...archived };
  const isThere = recording.state === "available";
  const vendor = isThere ? vendors.require(recording.provider) : vendors.find(recording.provider);
  const canBeAsked = isThere || recording.state === "archived";
  if (vendor?.api.locateRecording === undefined || !canBeAsked) return { type: "nothing", state: stateOf(recording) };
  const nowMs = workings.now();
  const opened = await openAtVendor(vendor, call, recording, { range, signal, nowMs, isUrgent: true });
  if (opened.type === "stream") return { type: "stream", ...opened.stream };
  if (opened.state === "pending" || (!opened.isCertain && mayStillCome(call, nowMs))) {
    return { type: "nothing", state: "pending" };
  }
  await remember(workings, call, recording, opened.state);
  return { type: "nothing", state: opened.state };
}

/** Without its archive an archived recording is out of reach. */
const stateOf = ({ state }: Recording): Recording["state"] => (state === "archived" ? "failed" : state);

/** Undefined where the vendor is to be asked: an archive that fails hides nothing that the vendor still has. */
async function fromArchive({ archive, audience, logger }: Workings, recording: Recording, range: string | undefined) {
  if (archive === undefined || recording.state !== "archived") return undefined;
  try {
    return await archive.get(await archiveKey(audience.tenantId, recording), range);
  } catch (error) {
    const { provider } = recording;
    logger.error({ provider, error: describeError(error) }, `[${provider}] the archive failed to give a recording`);
    return undefined;
  }
}

async function remember(
  workings: Workings,
  call: Call,
  recording: Recording,
  state: Recording["state"],
): Promise<void> {
  const origin = { provider: recording.provider, readAt: new Date(workings.now()).toISOString() };
  await applyRecords(workings, origin, [recordingVerdict(call, recording, state)]);
}
