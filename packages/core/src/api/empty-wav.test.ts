import { expect, test } from "vitest";
import { isEmptyWav } from "./empty-wav.ts";

interface Chunk {
  readonly name: string;
  readonly size: number;
  readonly bytes?: Uint8Array;
}

const format: Chunk = { name: "fmt ", size: 16 };
const data = (size: number, bytes = size): Chunk => ({ name: "data", size, bytes: new Uint8Array(bytes) });

function wav(...chunks: readonly Chunk[]): Uint8Array {
  const parts = chunks.map(({ name, size, bytes = new Uint8Array(size) }) => {
    const head = Buffer.alloc(8);
    head.write(name, "latin1");
    head.writeUInt32LE(size, 4);
    return Buffer.concat([head, bytes]);
  });
  return new Uint8Array(Buffer.concat([Buffer.from("RIFF\0\0\0\0WAVE"), ...parts]));
}

const judge = (file: Uint8Array, readBytes = file.length): boolean =>
  isEmptyWav(file.subarray(0, readBytes), file.length);

test.each([
  ["a header alone", wav(format, data(0))],
  ["a header that is cut short", wav(format)],
  ["a header with more in it", wav({ name: "fmt ", size: 18 }, { name: "fact", size: 4 }, data(0))],
  ["a chunk of an odd size", wav(format, { name: "junk", size: 3, bytes: new Uint8Array(4) }, data(0))],
  ["tags after it", wav(format, data(0), { name: "LIST", size: 26 })],
  ["a length that was never filled in", wav(format, data(0xffffffff, 0))],
])("empty: %s", (_what, file) => {
  expect(judge(file)).toBe(true);
});

test.each([
  ["a sample", wav(format, data(2))],
  ["sound behind a length that was never filled in", wav(format, data(0, 8000))],
  ["sound behind the largest length", wav(format, data(0xffffffff, 8000))],
  ["data beyond what was read", wav(format, { name: "LIST", size: 500 }, data(0)), 100],
  ["no data", wav(format, { name: "junk", size: 500 })],
  ["an MP3", new TextEncoder().encode("ID3 and so on")],
  ["a RIFF of something else", new TextEncoder().encode("RIFF\0\0\0\0AVI LIST")],
  ["a few bytes", new Uint8Array(3)],
  ["nothing", new Uint8Array()],
])("not empty: %s", (_what, file, readBytes?: number) => {
  expect(judge(file, readBytes)).toBe(false);
});

test("the bytes may lie anywhere in their buffer", () => {
  const file = wav(format, data(0));
  const buffer = new Uint8Array(file.length + 7);
  buffer.set(file, 7);
  expect(judge(buffer.subarray(7))).toBe(true);
});
