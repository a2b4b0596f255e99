import { inspect } from "node:util";
import type { ApiError } from "@offhook/core";
import { delay, http, HttpResponse } from "msw";
import { describe, expect, test } from "vitest";
import { createElevenLabsClient, type ElevenLabsClientOptions } from "./create-client.ts";
import { apiKey, baseUrl, errorOf, failure, fakeWorkspace } from "./fixtures/api.ts";
import { useNetwork } from "./fixtures/network.ts";

const server = useNetwork();

const clientOf = (options: Partial<ElevenLabsClientOptions> = {}) => createElevenLabsClient({ apiKey, ...options });
const empty = () => HttpResponse.json({ agents: [], has_more: false });
const range = { from: "2026-09-21T14:13:20.000Z", to: "2026-09-22T00:00:00.500Z" };

/** Answers every request for the list of agents in turn, the last answer again and again. */
function answerPings(...answers: (() => Response | Promise<Response>)[]): { count: number } {
  const asked = { count: 0 };
  server.use(
    http.get(`${baseUrl}/v1/convai/agents`, () => {
      const answer = answers[Math.min(asked.count, answers.length - 1)];
      asked.count += 1;
      return answer?.() ?? HttpResponse.error();
    }),
  );
  return asked;
}

const refusal =
  (status: number, headers: Record<string, string> = {}) =>
  () =>
    HttpResponse.json(failure(status, "some_code", "Said in words").json, { status, headers });

describe("failures", () => {
  test("A04 D15: a wrong key is a clear error at once, after exactly one request", async () => {
    const workspace = fakeWorkspace();
    server.use(...workspace.handlers);
    const error = await errorOf(clientOf({ apiKey: "sk_wrong" }).ping());
    expect(error).toMatchObject({
      code: "api_unauthorized",
      status: 401,
      vendorCode: "invalid_api_key",
      isRetryable: false,
      message: "API of elevenlabs, ping: answered 401, code invalid_api_key",
    });
    expect(workspace.exchanges).toHaveLength(1);
  });

  test.each<[status: number, body: unknown, error: Partial<ApiError>]>([
    [
      401,
      failure(401, "missing_permissions", "The API key lacks convai_read").json,
      { code: "api_forbidden", vendorCode: "missing_permissions", vendorMessage: "The API key lacks convai_read" },
    ],
    [
      401,
      { detail: { status: "missing_permissions", message: "older" } },
      { code: "api_forbidden", vendorCode: "missing_permissions", requestId: "req_of_header" },
    ],
    [401, { detail: { status: "quota_exceeded", message: "…" } }, { code: "api_forbidden" }],
    [401, { detail: { status: "api_key_not_found", message: "…" } }, { code: "api_unauthorized" }],
    [402, { detail: { code: "insufficient_credits", message: "…" } }, { code: "api_forbidden" }],
    [
      422,
      { detail: [{ loc: ["query", "page_size"], msg: "Too many", type: "less_than_equal" }] },
      { code: "api_rejected", vendorCode: "less_than_equal", vendorMessage: "Too many" },
    ],
    [400, { detail: { status: "document_not_found", message: "…" } }, { code: "api_not_found" }],
    [400, { detail: "In plain words" }, { code: "api_rejected", vendorCode: null, vendorMessage: "In plain words" }],
    [400, { detail: { code: "no name, but a text", message: 7 } }, { vendorCode: null, vendorMessage: null }],
    [404, "<html>Not found</html>", { code: "api_not_found", vendorCode: null }],
    [418, null, { code: "api_rejected" }],
  ])("D15: %i with %j is told by its cause", async (status, body, expected) => {
    const asked = answerPings(() =>
      HttpResponse.json(body as object, { status, headers: { "x-request-id": "req_of_header" } }),
    );
    expect(await errorOf(clientOf().ping())).toMatchObject({ status, ...expected });
    expect(asked.count).toBe(1);
  });

  test("429 with Retry-After is waited for", async () => {
    const asked = answerPings(refusal(429, { "retry-after": "1" }), empty);
    const start = performance.now();
    await clientOf().ping();
    expect(performance.now() - start).toBeGreaterThan(950);
    expect(asked.count).toBe(2);
  });

  test("429 with a Retry-After that is too long to wait for is told to the caller", async () => {
    const asked = answerPings(refusal(429, { "retry-after": "60" }));
    expect(await errorOf(clientOf().ping())).toMatchObject({ code: "api_rate_limited", retryAfterMs: 60_000 });
    expect(asked.count).toBe(1);
  });

  test("429 without Retry-After is tried again, as often as was asked for", async () => {
    const asked = answerPings(refusal(429), empty);
    const error = await errorOf(clientOf({ attempts: 1 }).ping());
    expect(error).toMatchObject({ code: "api_rate_limited", retryAfterMs: null, isRetryable: true });
    await clientOf().ping();
    expect(asked.count).toBe(2);
    const again = answerPings(refusal(429), empty);
    await clientOf().ping();
    expect(again.count).toBe(2);
  });

  test("500 is tried again, and 200 after it is a success", async () => {
    const asked = answerPings(refusal(500, { "retry-after": "0" }), refusal(503, { "retry-after": "0" }), empty);
    await clientOf().ping();
    expect(asked.count).toBe(3);
  });

  test("no answer in time is api_unavailable", async () => {
    answerPings(async () => {
      await delay(2_000);
      return empty();
    });
    const error = await errorOf(clientOf({ timeoutMs: 40, attempts: 1 }).ping());
    expect(error).toMatchObject({ code: "api_unavailable", status: null, message: expect.stringContaining("in time") });
  });

  test("a redirect is not followed, so that the key goes to no other host", async () => {
    const asked = answerPings(() => HttpResponse.redirect("https://elsewhere.example.com/v1/convai/agents", 307));
    expect(await errorOf(clientOf().ping())).toMatchObject({ status: 307 });
    expect(asked.count).toBe(1);
  });

  test("a cursor is a value and never an address: it cannot lead to another host", async () => {
    const urls: string[] = [];
    server.use(
      http.get(`${baseUrl}/v1/convai/conversations`, ({ request }) => {
        urls.push(request.url);
        return HttpResponse.json({ conversations: [], has_more: false });
      }),
    );
    await clientOf().calls.page({ ...range, cursor: "https://elsewhere.example.com/" });
    expect(urls.map((url) => new URL(url).host)).toEqual(["api.elevenlabs.io"]);
    expect(new URL(urls[0] ?? "").searchParams.get("cursor")).toBe("https://elsewhere.example.com/");
  });

  test("S11: neither the key nor the vendor's words are in what an error shows", async () => {
    answerPings(() =>
      HttpResponse.json(failure(403, "forbidden", `The key ${apiKey} may not, says +14155550199`).json, {
        status: 403,
      }),
    );
    const error = await errorOf(clientOf().ping());
    expect(error.vendorMessage).toContain("may not");
    for (const shown of [String(error), JSON.stringify(error), inspect(error, { depth: 10 })]) {
      expect(shown).not.toContain(apiKey);
      expect(shown).not.toContain("+14155550199");
    }
    answerPings(() => HttpResponse.error());
    const broken = await errorOf(clientOf({ attempts: 1 }).ping());
    expect(broken.code).toBe("api_unavailable");
    expect(inspect(broken, { depth: 10, showHidden: true })).not.toContain(apiKey);
  });
});
