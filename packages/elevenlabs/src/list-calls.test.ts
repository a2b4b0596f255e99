import { expect, onTestFinished, test, vi } from "vitest";
import { createElevenLabsClient, type ElevenLabsCallRange } from "./create-client.ts";
import { apiKey, fakeWorkspace } from "./fixtures/api.ts";
import { conversation, firstStart } from "./fixtures/conversations.ts";
import { useNetwork } from "./fixtures/network.ts";

const server = useNetwork();

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

function clientOf(starts: readonly number[]) {
  const conversations = starts.map((start) => conversation({ id: `conv_${start - firstStart}`, start }));
  server.use(...fakeWorkspace({ conversations }).handlers);
  const client = createElevenLabsClient({ apiKey });
  const listed = async (range: ElevenLabsCallRange): Promise<string[]> => {
    const ids: string[] = [];
    for await (const { conversation_id: id } of client.calls.list(range)) ids.push(id);
    return ids;
  };
  return { client, listed };
}

const starts = [0, 1, 2, 3].map((seconds) => firstStart + seconds);

test("A02: a page may have a second more than the range, and the list has not", async () => {
  const { client, listed } = clientOf(starts);
  const range = { from: iso(firstStart + 0.5), to: iso(firstStart + 2.5) };
  expect((await client.calls.page(range)).items).toHaveLength(3);
  expect(await listed(range)).toEqual(["conv_1", "conv_2"]);
});

test("A02: without an end the range ends when the first page is asked for, by the clock that was handed in", async () => {
  const { listed } = clientOf(starts);
  const from = iso(firstStart);
  expect(await listed({ from, now: () => (firstStart + 2) * 1000 })).toEqual(["conv_0", "conv_1"]);
  // By the platform's otherwise.
  const clock = vi.spyOn(Date, "now").mockReturnValue(Date.parse("2026-11-21T00:00:00Z"));
  onTestFinished(() => clock.mockRestore());
  expect(await listed({ from: "2020-01-01", to: undefined })).toHaveLength(4);
});
