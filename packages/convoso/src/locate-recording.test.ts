import {
  ApiError,
  createOffhook,
  foldCall,
  memoryStorage,
  type ApiContext,
  type ApiErrorCode,
  type Recording,
  type RecordingArchive,
} from "@offhook/core";
import { http, HttpResponse } from "msw";
import { describe, expect, test } from "vitest";
import { createConvosoClient } from "./create-client.ts";
import { authToken, base, fakeConvoso, logResult, refusal, type Json } from "./fixtures/api.ts";
import { rawDelivery } from "./fixtures/translate.ts";
import { useNetwork } from "./fixtures/network.ts";
import { convoso } from "./provider.ts";

const server = useNetwork();

const stored = "https://rec.convoso.com/stored.mp3";
const day = 24 * 60 * 60_000;

/** What stands at the stored address. */
type File = "audio" | 404 | 403 | 503 | "nothing";

/** Convoso with a file, and what was asked of its host. */
function convosoWith(file: File) {
  const asked: Request[] = [];
  const fetchAll: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    if (request.url.startsWith(base)) return fetch(request);
    asked.push(request);
    if (file === "nothing") throw new TypeError("fetch failed");
    if (file !== "audio") return new Response("No", { status: file });
    return new Response("audio", { headers: { "content-type": "audio/mpeg" } });
  };
  const timeZone = "America/New_York";
  const client = createConvosoClient({ authToken, timeZone, attempts: 1, fetch: fetchAll });
  return { asked, provider: convoso({ verification: { none: "a test" }, timeZone, client }) };
}

interface Given {
  readonly url?: string | null;
  readonly ids?: readonly string[];
  readonly context?: ApiContext;
}

/** Where a recording that was pushed can be read, with this at its stored address. */
async function locate(file: File, { url = stored, ids = ["1763650800.77"], context }: Given = {}) {
  const { asked, provider } = convosoWith(file);
  const [id = ""] = ids;
  const state = url === null ? "pending" : "available";
  const channels = null;
  const recording: Recording = {
    provider: "convoso",
    id,
    state,
    url,
    channels,
    durationSeconds: null,
    expiresAt: null,
  };
  const call = foldCall([
    {
      type: "call.ended",
      occurredAt: null,
      references: ids.map((each) => ({ provider: "convoso", id: each, kind: "session" as const })),
      facts: { status: "completed", recordings: [recording] },
      id: "evt_1",
      tenantId: "default",
      provider: "convoso",
      source: "webhook",
      receivedAt: "2026-11-20T15:03:00.000Z",
      deliveryId: null,
    },
  ]);
  return { location: await provider.api?.locateRecording?.(recording, call, context), asked };
}

const logAnswers = (json: Json, status = 200): void =>
  server.use(http.post(`${base}/log/retrieve`, () => HttpResponse.json(json, { status })));

/** In which ways the call log gives nothing for an id that is none of its own, for a token, or for now. */
const refusals: readonly (readonly [ApiErrorCode, Json, number])[] = [
  ["api_rejected", refusal(6001, "Invalid id"), 200],
  ["api_not_found", {}, 404],
  ["api_malformed", { success: true, data: { results: [logResult({ id: "another" })] } }, 200],
  ["api_forbidden", refusal(403, "Forbidden"), 200],
  ["api_unauthorized", refusal(401, "Unauthorized"), 401],
  ["api_unavailable", {}, 503],
];

describe("A14: a recording whose call the log does not give", () => {
  test.each(refusals)("%s: is read where it was stored", async (_code, json, status) => {
    logAnswers(json, status);
    expect((await locate("audio")).location).toEqual({ url: stored });
    // Over https, as always.
    const url = stored.replace("https", "http");
    expect((await locate("audio", { url })).location).toEqual({ url: stored });
  });

  test("with nothing of the token, and no more than its beginning is asked for first", async () => {
    logAnswers(refusal(6001, "Invalid id"));
    const { asked } = await locate("audio");
    expect(asked.map(({ url, headers }) => [url, headers.get("range")])).toEqual([[stored, "bytes=0-0"]]);
    expect([...(asked[0]?.headers ?? [])].flat().join(" ")).not.toContain(authToken);
  });

  // The log may have its present address another time.
  test.each(refusals.filter(([code]) => code !== "api_not_found"))(
    "%s: stays refused where nothing is at that address: it is not known to be gone",
    async (code, json, status) => {
      logAnswers(json, status);
      await expect(locate(404)).rejects.toMatchObject({ code, provider: "convoso" });
    },
  );

  test.each([403, 503, "nothing"] as const)("is left to whoever reads it where its host says %s", async (file) => {
    logAnswers(refusal(6001, "Invalid id"));
    expect((await locate(file)).location).toEqual({ url: stored });
  });

  test("and at a host that is not listed is left to whoever reads it, who names the host", async () => {
    logAnswers(refusal(6001, "Invalid id"));
    const url = "https://cdn.example.com/stored.mp3";
    expect(await locate("audio", { url })).toEqual({ location: { url }, asked: [] });
  });

  test.each(refusals.filter(([code]) => code !== "api_not_found"))(
    "%s: stays refused where no address was stored",
    async (code, json, status) => {
      logAnswers(json, status);
      await expect(locate("audio", { url: null })).rejects.toMatchObject({ code });
      await expect(locate("audio", { url: "1403237496-all.wav" })).rejects.toMatchObject({ code });
    },
  );

  test("is looked for under the other names of the call first", async () => {
    const { handlers } = fakeConvoso({ calls: [logResult()] });
    server.use(
      http.post(`${base}/log/retrieve`, async ({ request }) => {
        const id = new URLSearchParams(await request.clone().text()).get("id");
        return id === "1763650800.77" ? HttpResponse.json(refusal(6001, "Invalid id")) : undefined;
      }),
      ...handlers,
    );
    const present = { url: "https://example.test/public/a.mp3" };
    const both = ["2073617", "1763650800.77"];
    expect((await locate("audio", { ids: both })).location).toEqual(present);
    expect((await locate("audio", { ids: both, url: null })).location).toEqual(present);
    // Under its own name, the log has another recording.
    expect((await locate("audio", { ids: both.toReversed() })).location).toEqual({ url: stored });
  });

  test("is read where it was stored, too, where the recordings of the lead are refused", async () => {
    server.use(
      http.post(`${base}/leads/get-recordings`, () => HttpResponse.json(refusal(403, "Forbidden"))),
      ...fakeConvoso({ calls: [logResult({ recording: [{ src: "1403237496-all.wav" }] })] }).handlers,
    );
    expect((await locate("audio", { ids: ["2073617"] })).location).toEqual({ url: stored });
  });

  test("is asked for later where the log is only asked too much", async () => {
    logAnswers({}, 429);
    await expect(locate("audio")).rejects.toMatchObject({ code: "api_rate_limited" });
    const spent = new ApiError("api_quota_exhausted", "no more for now", { provider: "convoso" });
    const beforeRequest = () => Promise.reject(spent);
    await expect(locate("audio", { context: { beforeRequest } })).rejects.toBe(spent);
  });

  test("is not asked for on behalf of somebody who has gone", async () => {
    logAnswers(refusal(6001, "Invalid id"));
    const reason = new Error("gone");
    const signal = AbortSignal.abort(reason);
    await expect(locate("audio", { context: { signal } })).rejects.toBe(reason);
  });
});

describe("A14: an Offhook whose calls were pushed under other ids than the log's", () => {
  const startMs = Date.UTC(2026, 10, 20, 15);

  function offhookWith(file: File, archive?: RecordingArchive) {
    logAnswers(refusal(6001, "Invalid id"));
    const clock = { ms: startMs };
    const { provider } = convosoWith(file);
    const offhook = createOffhook({
      providers: [provider],
      storage: memoryStorage(),
      now: () => clock.ms,
      runJobs: false,
      ...(archive === undefined ? {} : { archive }),
    });
    const push = async (): Promise<string> => {
      const body = JSON.stringify({
        uniqueid: "1763650800.77",
        status: "SALE",
        length_in_sec: "125",
        recording: stored,
      });
      expect((await offhook.handle(rawDelivery({ body }))).status).toBe(200);
      const [call] = (await offhook.calls.list()).data;
      if (call === undefined) throw new Error("expected a call");
      return call.id;
    };
    return { offhook, clock, push };
  }

  test("plays their recordings", async () => {
    const { offhook, push } = offhookWith("audio");
    const opened = await offhook.integrations?.openRecording(await push());
    if (opened?.type !== "stream") throw new Error(`expected a recording, got ${opened?.state}`);
    expect(await new Response(opened.body).text()).toBe("audio");
  });

  test("does not remember one as gone that is not found where it was stored, however old the call is", async () => {
    const { offhook, clock, push } = offhookWith(404);
    const id = await push();
    clock.ms += 3 * day;
    await expect(offhook.integrations?.openRecording(id)).rejects.toMatchObject({ code: "api_rejected" });
    expect((await offhook.calls.get(id))?.recordings).toMatchObject([{ state: "available" }]);
  });

  test("archives them", async () => {
    const files: string[] = [];
    const archive: RecordingArchive = {
      put: async (_key, { body }) => {
        files.push(await new Response(body).text());
      },
      get: () => Promise.resolve(undefined),
      remove: () => Promise.resolve(),
    };
    const { offhook, push } = offhookWith("audio", archive);
    const id = await push();
    await offhook.drain();
    expect(files).toEqual(["audio"]);
    expect((await offhook.calls.get(id))?.recordings).toMatchObject([{ state: "archived" }]);
  });
});
