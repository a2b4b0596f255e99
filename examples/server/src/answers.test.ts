import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { ApiError, type ApiErrorCode } from "@offhook/core";
import express, { type Response as Answer } from "express";
import { expect, test } from "vitest";
import { refusalOf, refuse, refuseFailed } from "./answers.ts";

/** Every one that there is: the compiler counts them. */
const statuses: { readonly [Code in ApiErrorCode]: number } = {
  api_not_found: 404,
  api_unauthorized: 502,
  api_forbidden: 502,
  api_rejected: 502,
  api_malformed: 502,
  api_unavailable: 502,
  url_refused: 502,
  api_rate_limited: 503,
  api_quota_exhausted: 503,
};

function answerTo(error: unknown): Promise<Response> {
  return answerBy((response) => {
    const { code, ...details } = refusalOf(error);
    refuse(response, code, details);
  });
}

async function answerBy(answer: (response: Answer) => void): Promise<Response> {
  const app = express();
  app.use((_request, response) => answer(response));
  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const { port } = server.address() as AddressInfo; // a server that listens on TCP has one
    const response = await fetch(`http://127.0.0.1:${port}`);
    return new Response(await response.text(), response);
  } finally {
    server.close();
  }
}

const codes = Object.keys(statuses) as ApiErrorCode[]; // the keys are the codes

test.each(codes)("%s has its status, and a 503 says when to come back", async (code) => {
  const response = await answerTo(new ApiError(code, "API of toy, list calls: said", { provider: "toy" }));
  expect(response.status).toBe(statuses[code]);
  expect(response.headers.get("retry-after")).toBe(statuses[code] === 503 ? "5" : null);
  expect(await response.json()).toEqual({
    success: false,
    error: { code, message: "API of toy, list calls: said", docs: `docs/errors.md#${code}` },
  });
});

test.each([
  ["api_rate_limited", 90_500, "91"],
  ["api_quota_exhausted", 3_600_000, "3600"],
  ["api_rate_limited", 0, "1"],
  ["api_unavailable", 7_000, "7"],
] as const)("%s says the vendor's time: %i ms", async (code, retryAfterMs, seconds) => {
  const response = await answerTo(new ApiError(code, "said", { provider: "toy", retryAfterMs }));
  expect(response.headers.get("retry-after")).toBe(seconds);
});

test("what is nobody's business stays unsaid", async () => {
  const response = await answerTo(new Error("geheim"));
  expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining("geheim")]);
});

test.each([
  ["api_rate_limited", 503, "5"],
  ["api_unavailable", 502, null],
  // For what only runs fail with, a route has no status of its own.
  ["internal_failure", 500, null],
] as const)(
  "a run that failed with %s answers as a refusal, with the run beside it",
  async (code, status, retryAfter) => {
    const run = { state: "failed", seen: 3, error: { code, message: "said" } };
    const response = await answerBy((to) => refuseFailed(to, run));
    expect([response.status, response.headers.get("retry-after")]).toEqual([status, retryAfter]);
    expect(await response.json()).toEqual({
      success: false,
      error: { code, message: "said", docs: `docs/errors.md#${code}` },
      state: "failed",
      seen: 3,
    });
  },
);

test("a run that failed and does not say why is a failure of the server's", async () => {
  const response = await answerBy((to) => refuseFailed(to, { error: null }));
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ success: false, error: { code: "internal" } });
});
