/** What may follow sound that is not there: a list of tags. Longer than that, a length of zero is one not filled in. */
const tagBytes = 44;

/**
 * Whether a recording is a WAV without a sound in it, which some vendors give before the real one, or instead of none.
 * What may be sound is never taken for empty: a file that was written as a stream says zero bytes of data, and has some.
 *
 * @param firstBytes the beginning; 100 bytes are enough for what vendors write.
 * @param totalBytes of the whole recording.
 */
export function isEmptyWav(firstBytes: Uint8Array, totalBytes: number): boolean {
  const view = new DataView(firstBytes.buffer, firstBytes.byteOffset, firstBytes.byteLength);
  if (view.byteLength < 12 || nameAt(view, 0) !== "RIFF" || nameAt(view, 8) !== "WAVE") return false;
  // A header alone: RIFF, format and the name of the data are 44 bytes. http://soundfile.sapp.org/doc/WaveFormat/
  if (totalBytes <= 44) return true;
  for (let offset = 12; offset + 8 <= view.byteLength;) {
    const size = view.getUint32(offset + 4, true);
    const end = offset + 8;
    if (nameAt(view, offset) === "data") return totalBytes <= end || (size === 0 && totalBytes - end <= tagBytes);
    // Chunks begin at even offsets.
    offset = end + size + (size % 2);
  }
  return false;
}

function nameAt(view: DataView, offset: number): string {
  return String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + offset, 4));
}
