import { expect, test } from "vitest";
import { audioAnswer, mp3, wav } from "./audio.ts";

const sound = { bytes: new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), contentType: "audio/mpeg" };
const answerTo = (range?: string): Response =>
  audioAnswer(new Request("https://example.com", range === undefined ? {} : { headers: { range } }), sound);

test.each([
  ["bytes=2-4", [2, 3, 4], "bytes 2-4/10"],
  ["bytes=8-", [8, 9], "bytes 8-9/10"],
  ["bytes=8-99", [8, 9], "bytes 8-9/10"],
  ["bytes=-3", [7, 8, 9], "bytes 7-9/10"],
  ["bytes=-99", [...sound.bytes], "bytes 0-9/10"],
])("the part %s", async (range, bytes, contentRange) => {
  const response = answerTo(range);
  expect(response.status).toBe(206);
  expect(response.headers.get("content-range")).toBe(contentRange);
  expect(response.headers.get("content-length")).toBe(String(bytes.length));
  expect([...(await response.bytes())]).toEqual(bytes);
});

test.each([undefined, "bytes=1-2,4-5", "seconds=1-2"])("for %s it is the whole", async (range) => {
  const response = answerTo(range);
  expect(response.status).toBe(200);
  expect([...(await response.bytes())]).toEqual([...sound.bytes]);
});

test("a part behind the end is refused", () => {
  const response = answerTo("bytes=10-");
  expect(response.status).toBe(416);
  expect(response.headers.get("content-range")).toBe("bytes */10");
});

test("a WAV has the sizes that its header says, and an MP3 whole frames", () => {
  for (const channels of [1, 2]) {
    const { bytes } = wav({ channels });
    const view = new DataView(bytes.buffer);
    expect(view.getUint32(4, true)).toBe(bytes.length - 8);
    expect(view.getUint32(40, true)).toBe(bytes.length - 44);
    expect(view.getUint16(22, true)).toBe(channels);
  }
  expect(mp3({ seconds: 61 }).bytes.length % 36).toBe(0);
});
