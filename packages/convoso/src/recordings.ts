import type { ConvosoCall, ConvosoLeadRecording } from "./api-records.ts";
import { webAddress } from "./web-address.ts";

/** A recording of a call, and where it is. */
export interface ConvosoRecording {
  readonly recording_id: string | null;
  /** A bare file name, where Convoso gives no more. */
  readonly file: string | null;
  /** Where it can be fetched, over https; null where nobody says. */
  readonly url: string | null;
}

/** What the call log says of a call's recordings. */
export function recordingsOf({ recording }: ConvosoCall): readonly ConvosoRecording[] {
  return recording.flatMap(({ recording_id, public_url, src, filename }) => {
    const names = [public_url, src, filename].filter(isFilled);
    const [first] = names;
    if (first === undefined) return [];
    const url = names.map(webAddress).find((address) => address !== null) ?? null;
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
    const url = ofLead.map((each) => addressOf(recording, each)).find((address) => address !== null);
    return url === undefined ? recording : { ...recording, url };
  });
}

/** Null where the other is another recording, or has no address either. */
function addressOf({ recording_id, file }: ConvosoRecording, other: ConvosoLeadRecording): string | null {
  const address = webAddress(other.url ?? "");
  if (address === null) return null;
  const isSame =
    recording_id !== null && other.recording_id !== null
      ? recording_id === other.recording_id
      : file !== null && new URL(address).pathname.endsWith(`/${encodeURIComponent(file)}`);
  return isSame ? address : null;
}
