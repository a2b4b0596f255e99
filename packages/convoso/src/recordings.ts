import { isWebAddress } from "./events.ts";
import type { ConvosoCall, ConvosoLeadRecording } from "./api-records.ts";

/** A recording of a call, and where it is. */
export interface ConvosoRecording {
  readonly recording_id: string | null;
  /** A bare file name, where Convoso gives no more. */
  readonly file: string | null;
  /** Where it can be fetched; null where nobody says. */
  readonly url: string | null;
}

/** What the call log says of a call's recordings. */
export function recordingsOf({ recording }: ConvosoCall): readonly ConvosoRecording[] {
  return recording.flatMap(({ recording_id, public_url, src, filename }) => {
    const names = [public_url, src, filename].filter(isFilled);
    const [first] = names;
    if (first === undefined) return [];
    const url = names.find(isWebAddress) ?? null;
    return [{ recording_id: isFilled(recording_id) ? recording_id : null, file: url === null ? first : null, url }];
  });
}

const isFilled = (text: string | null): text is string => text !== null && text.trim() !== "";

/** Gives those that have no address the one that the lead's list of recordings has for them. */
export function withAddresses(
  recordings: readonly ConvosoRecording[],
  ofLead: readonly ConvosoLeadRecording[],
): readonly ConvosoRecording[] {
  return recordings.map((recording) => {
    if (recording.url !== null) return recording;
    const found = ofLead.find((each) => each.url !== null && isWebAddress(each.url) && isSame(recording, each));
    return found === undefined ? recording : { ...recording, url: found.url };
  });
}

function isSame({ recording_id, file }: ConvosoRecording, other: ConvosoLeadRecording): boolean {
  if (recording_id !== null && other.recording_id !== null) return recording_id === other.recording_id;
  return file !== null && other.url !== null && new URL(other.url).pathname.endsWith(`/${encodeURIComponent(file)}`);
}
