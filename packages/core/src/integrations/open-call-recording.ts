import { applyRecords } from "./apply-records.ts";
import type { Call, Recording } from "../call.ts";
import { lacksRecording } from "./follow-ups.ts";
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
    return { type: "nothing", state: lacksRecording(call, vendors.recorders) ? "pending" : "none_expected" };
  }
  const archived = await fromArchive(workings, recording, range);
  if (archived !== undefined) return { type: "stream", ...archived };
  const vendor = vendors.find(recording.provider);
  const canBeAsked = recording.state === "available" || recording.state === "archived";
  if (vendor?.api.locateRecording === undefined || !canBeAsked) return { type: "nothing", state: stateOf(recording) };
  const opened = await openAtVendor(vendor, call, recording, { range, signal, isUrgent: true });
  if (opened.type === "stream") return { type: "stream", ...opened.stream };
  const isOld = Date.parse(call.endedAt ?? call.createdAt) < workings.now() - surelyReadyMs;
  if (opened.state !== "pending" && (opened.isCertain || isOld)) {
    await remember(workings, call, recording, opened.state);
  }
  return { type: "nothing", state: opened.isCertain || isOld ? opened.state : "pending" };
}

/** After so long a file that is not found is gone, and not still to come. */
const surelyReadyMs = 24 * 60 * 60_000;

/** Without its archive an archived recording is out of reach. */
const stateOf = ({ state }: Recording): Recording["state"] => (state === "archived" ? "failed" : state);

async function fromArchive({ archive, audience }: Workings, recording: Recording, range: string | undefined) {
  if (archive === undefined || recording.state !== "archived") return undefined;
  return archive.get(await archiveKey(audience.tenantId, recording), range);
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
