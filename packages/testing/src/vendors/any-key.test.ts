import { expect, test } from "vitest";
import { fakeCallRail, fakeConvoso, fakeElevenLabs, fakeRetell, fakeTwilio } from "../vendors.ts";

const stands = { fakeCallRail, fakeConvoso, fakeElevenLabs, fakeRetell, fakeTwilio };

test.each(Object.entries(stands))("A02: %s takes any text for a key", (_name, open) => {
  const keys = ["new", "old", "New", "call 1", "Núñez", "g"];
  const ids = keys.map((key) => open().add({ key }));
  expect(new Set(ids).size).toBe(keys.length);
  expect(keys.map((key) => open().add({ key }))).toEqual(ids);
  expect(ids.every((id) => id !== "")).toBe(true);
});

test("A02: ids of Convoso are those of its webhooks where keys are hexadecimal, and short numbers for any other", () => {
  const idOf = (key?: string): string => fakeConvoso().add(key === undefined ? {} : { key });
  expect([idOf(), idOf("a1"), idOf("A1"), idOf("00ff")]).toEqual(["2073617", "2073778", "2073778", "2073872"]);
  for (const key of ["new", "", "n".repeat(500)]) expect(idOf(key)).toMatch(/^\d{7,15}$/);
});

test("A02: a call of any key is in Convoso's log, with its recording", async () => {
  const vendor = fakeConvoso();
  const id = vendor.add({ key: "new" });
  const { authToken } = vendor.clientOptions;
  const query = new URLSearchParams({
    auth_token: authToken,
    id,
    include_recordings: "1",
    start_time: "2026-11-20 00:00:00",
    end_time: "2026-11-20 23:59:59",
  });
  const answer = await vendor.answer(new Request(`https://api.convoso.com/v1/log/retrieve?${query.toString()}`));
  const recording = [{ recording_id: expect.stringMatching(/^\d+$/) as string }];
  expect(await answer.json()).toMatchObject({ data: { results: [{ id, recording }] } });
});
