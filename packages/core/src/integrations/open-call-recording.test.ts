import { expect, test } from "vitest";
import { MemoryArchive } from "./memory-archive.ts";
import { ToyVendor } from "./toy-api.ts";
import { emptyWav, ended, host, locate, openRecordings, recording, sound } from "./toy-recordings.ts";
import type { Provider } from "../provider.ts";
import { openToy } from "../toy-offhook.ts";
import { toyProvider } from "../toy-provider.ts";

test("A14: a recording is streamed with the vendor's credentials, whole and in parts", async () => {
  const seen: (string | null)[] = [];
  const { send, open } = openRecordings({
    findRecording: () => Promise.resolve("none"),
    locateRecording: () =>
      Promise.resolve({ url: "https://recordings.example.com/r1", headers: { authorization: "Basic secret" } }),
    fetch: (_input, init) => {
      const headers = new Headers(init?.headers);
      seen.push(headers.get("authorization"));
      if (headers.get("range") === null) return Promise.resolve(sound());
      return Promise.resolve(
        new Response("ou", {
          status: 206,
          headers: { "content-type": "audio/mpeg", "content-range": "bytes 1-2/5", "content-length": "2" },
        }),
      );
    },
  });
  await send({ ...ended, recordings: [recording] });
  const whole = await open();
  expect(whole).toMatchObject({ type: "stream", status: 200, contentType: "audio/mpeg", bytes: 5 });
  expect(whole?.type === "stream" && (await new Response(whole.body).text())).toBe("sound");
  const part = await open(undefined, "bytes=1-2");
  expect(part).toMatchObject({ type: "stream", status: 206, contentRange: "bytes 1-2/5" });
  expect(seen).toEqual(["Basic secret", "Basic secret"]);
});

test("fault: a 302 to a signed URL is followed on the vendor's hosts alone, without the credentials", async () => {
  const { fetch, asked } = host((url) =>
    url.hostname === "recordings.example.com"
      ? new Response(null, { status: 302, headers: { location: "https://signed.example.net/x?signature=s" } })
      : sound(),
  );
  const allowed = openRecordings({
    ...locate,
    fetch,
    recordingHosts: ["recordings.example.com", "signed.example.net"],
  });
  await allowed.send({ ...ended, recordings: [recording] });
  expect(await allowed.open()).toMatchObject({ type: "stream" });
  expect(asked).toEqual(["https://recordings.example.com/r1", "https://signed.example.net/x?signature=s"]);
  const strict = openRecordings({ ...locate, fetch });
  await strict.send({ ...ended, recordings: [recording] });
  await expect(strict.open()).rejects.toMatchObject({ code: "url_refused" });
  expect(asked).toHaveLength(3);
});

const dayLater = 24 * 60 * 60 + 1;

test("fault: an expired recording says so, from then on without asking", async () => {
  const { fetch, asked } = host(() => new Response("gone", { status: 404 }));
  const expired = openRecordings({ ...locate, fetch });
  await expired.send({ ...ended, recordings: [recording] });
  expired.setTime(dayLater);
  expect(await expired.open()).toEqual({ type: "nothing", state: "expired" });
  expect(await expired.recordings()).toMatchObject([{ id: "r1", state: "expired" }]);
  expect(await expired.open()).toEqual({ type: "nothing", state: "expired" });
  expect(asked).toHaveLength(1);
});

test("fault: a vendor that says itself that a recording is gone is believed at once", async () => {
  const gone = openRecordings({ locateRecording: () => Promise.resolve("gone") });
  await gone.send({ ...ended, recordings: [recording] });
  expect(await gone.open()).toEqual({ type: "nothing", state: "expired" });
  expect(await gone.recordings()).toMatchObject([{ id: "r1", state: "expired" }]);
});

test("fault: a file that is not found minutes after the call is pending, and can be heard once it is there", async () => {
  let isThere = false;
  const { fetch } = host(() => (isThere ? sound() : new Response("not yet", { status: 404 })));
  const early = openRecordings({ ...locate, fetch });
  await early.send({ ...ended, recordings: [recording] });
  expect(await early.open()).toEqual({ type: "nothing", state: "pending" });
  expect(await early.recordings()).toMatchObject([{ id: "r1", state: "available" }]);
  isThere = true;
  expect(await early.open()).toMatchObject({ type: "stream", status: 200 });
});

test("fault: a signed address is expired when its time is over, and before that it is refused", async () => {
  const { fetch } = host(() => new Response("AccessDenied", { status: 403 }));
  const signed = openRecordings({ ...locate, fetch });
  await signed.send({ ...ended, recordings: [{ ...recording, expiresAt: "2026-11-20T10:11:00.000Z" }] });
  await expect(signed.open()).rejects.toMatchObject({ code: "api_forbidden" });
  expect(await signed.recordings()).toMatchObject([{ state: "available" }]);
  signed.setTime(10 * 60);
  expect(await signed.open()).toEqual({ type: "nothing", state: "expired" });
});

test("fault: a recording's host that refuses us says nothing of the key for the API", async () => {
  const { fetch } = host(() => new Response("who are you?", { status: 401 }));
  const refused = openRecordings({ ...locate, fetch });
  await refused.send({ ...ended, recordings: [recording] });
  await expect(refused.open()).rejects.toMatchObject({ code: "api_unauthorized" });
  expect(await refused.offhook.reconcile({ provider: "toy" })).toMatchObject({ state: "finished" });
});

test("fault: a WAV of 44 bytes is empty", async () => {
  const { fetch } = host(() => sound(emptyWav(), "audio/wav"));
  const empty = openRecordings({ ...locate, fetch });
  await empty.send({ ...ended, recordings: [recording] });
  // Some vendors give one before the real one.
  expect(await empty.open()).toEqual({ type: "nothing", state: "pending" });
  empty.setTime(dayLater);
  expect(await empty.open()).toEqual({ type: "nothing", state: "empty" });
  expect(await empty.recordings()).toMatchObject([{ id: "r1", state: "empty" }]);
});

test("A14: calls and recordings that there are not", async () => {
  const { send, open, offhook } = openRecordings(locate);
  await send({ ...ended, recordings: [recording] });
  expect(await open("call_toy_other")).toEqual({ type: "nothing", state: "unknown" });
  expect(await offhook.integrations?.openRecording("call_toy_c1", { recordingId: "r2" })).toEqual({
    type: "nothing",
    state: "unknown",
  });
});

test("A14: where its vendor has it and cannot be asked, the error says what is missing", async () => {
  const [route] = toyProvider().routes;
  if (route === undefined) throw new TypeError("expected a route");
  const carrier: Provider = {
    ...new ToyVendor().provider(),
    name: "carrier",
    routes: [{ ...route, paths: ["carrier"] }],
  };
  const { offhook, send } = openToy({
    // The carrier has a client, the vendor of the recording has none.
    providers: [toyProvider(), carrier],
  });
  await send({ ...ended, recordings: [recording] });
  await expect(offhook.integrations?.openRecording("call_toy_c1")).rejects.toMatchObject({
    code: "client_missing",
    message: expect.stringContaining("toy"),
  });
});

test("A14: an archive that fails hides nothing that the vendor still has", async () => {
  const { fetch } = host(() => sound());
  const archive = new MemoryArchive();
  const kept = openRecordings({ ...locate, fetch }, archive);
  await kept.send({ ...ended, recordings: [recording] });
  await kept.drainAfter(0);
  expect(await kept.recordings()).toMatchObject([{ state: "archived" }]);
  archive.get = () => Promise.reject(new Error("bucket gone"));
  expect(await kept.open()).toMatchObject({ type: "stream", status: 200, contentType: "audio/mpeg" });
});

test("E16: of a call of long ago nobody has told a recording, and none is pending", async () => {
  const { offhook, send, setTime, open } = openRecordings({ findRecording: () => Promise.resolve("later") });
  await send(ended);
  expect(await open()).toEqual({ type: "nothing", state: "pending" });
  setTime(dayLater);
  expect(await open()).toEqual({ type: "nothing", state: "none_expected" });
  expect((await offhook.calls.get("call_toy_c1"))?.recordings).toEqual([]);
});
