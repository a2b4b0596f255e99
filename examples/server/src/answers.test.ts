import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { ApiError, type ApiErrorCode } from "@offhook/core";
import express from "express";
import { expect, test } from "vitest";
import { refusalOf, refuse } from "./answers.ts";

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

async function answerTo(error: unknown): Promise<Response> {
  const app = express();
  app.use((_request, response) => {
    const { code, message, retryAfterSeconds } = refusalOf(error);
    refuse(response, code, message, retryAfterSeconds);
  });
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
