/** A recording that somebody could listen to. */
export interface Audio {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly contentType: string;
}

const mp3FrameBytes = 36;
const mp3FrameSeconds = 0.036;

/** Silence. Each frame is MPEG-2, layer III, 8 kbit/s at 16 kHz: a kilobyte for each second. */
export function mp3({ seconds, channels = 1 }: { readonly seconds: number; readonly channels?: number }): Audio {
  const frames = Math.ceil(seconds / mp3FrameSeconds);
  const bytes = new Uint8Array(frames * mp3FrameBytes);
  const header = [0xff, 0xf3, 0x18, channels === 1 ? 0xc4 : 0x04];
  for (let frame = 0; frame < frames; frame += 1) bytes.set(header, frame * mp3FrameBytes);
  return { bytes, contentType: "audio/mpeg" };
}

const wavRate = 8_000;
const wavHeaderBytes = 44;

/** A second of a tone, as PCM of 16 bits. http://soundfile.sapp.org/doc/WaveFormat/ */
export function wav({ channels = 1 }: { readonly channels?: number } = {}): Audio {
  const frameBytes = 2 * channels;
  const dataBytes = wavRate * frameBytes;
  const view = new DataView(new ArrayBuffer(wavHeaderBytes + dataBytes));
  const write = (offset: number, text: string): void =>
    Array.from(text).forEach((letter, index) => view.setUint8(offset + index, letter.charCodeAt(0)));
  write(0, "RIFF");
  view.setUint32(4, wavHeaderBytes - 8 + dataBytes, true);
  write(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, wavRate, true);
  view.setUint32(28, wavRate * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, 16, true);
  write(36, "data");
  view.setUint32(40, dataBytes, true);
  for (let index = 0; index < wavRate * channels; index += 1) {
    const seconds = Math.floor(index / channels) / wavRate;
    view.setInt16(wavHeaderBytes + index * 2, Math.round(3_000 * Math.sin(2 * Math.PI * 440 * seconds)), true);
  }
  return { bytes: new Uint8Array(view.buffer), contentType: "audio/x-wav" };
}

/** The whole of it, or the one part that was asked for. https://www.rfc-editor.org/rfc/rfc9110#field.range */
export function audioAnswer({ headers }: Request, { bytes, contentType }: Audio): Response {
  const total = bytes.length;
  const answer = (body: Uint8Array<ArrayBuffer>, status: number, extra: Readonly<Record<string, string>>): Response =>
    new Response(body, {
      status,
      headers: {
        "content-type": contentType,
        "content-length": String(body.length),
        "accept-ranges": "bytes",
        ...extra,
      },
    });
  const [, from = "", to = ""] = /^bytes=(\d*)-(\d*)$/.exec(headers.get("range") ?? "") ?? [];
  if (from === "" && to === "") return answer(bytes, 200, {});
  const first = from === "" ? Math.max(total - Number(to), 0) : Number(from);
  const last = from === "" || to === "" ? total - 1 : Math.min(Number(to), total - 1);
  if (first > last) return new Response(null, { status: 416, headers: { "content-range": `bytes */${total}` } });
  return answer(bytes.slice(first, last + 1), 206, { "content-range": `bytes ${first}-${last}/${total}` });
}
