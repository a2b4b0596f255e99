import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterEach, expect, onTestFinished, test, vi } from "vitest";
import { ApiError } from "../api-error.ts";
import { createApiClient, type ApiRequest } from "./api-client.ts";
import type { ClientOptions } from "./client-options.ts";

const secret = "sk_very_secret_key";
const servers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of servers.splice(0)) await close();
});

interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

type Respond = (response: ServerResponse, request: Seen, count: number) => void;

/** A vendor on this machine, and a client of it. */
async function vendor(respond: Respond, options: ClientOptions = {}) {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      seen.push({ method, url, headers, body: Buffer.concat(parts).toString() });
      respond(response, { method, url, headers, body: "" }, seen.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  // A server on TCP has such an address.
  const { port } = server.address() as AddressInfo;
  const client = createApiClient(
    {
      provider: "toy",
      baseUrl: `http://127.0.0.1:${port}/v1`,
      headers: () => ({ "x-api-key": secret }),
      readFailure: (body) => {
        const { code, message } = (body ?? {}) as { code?: string; message?: string }; // as the tests write it
        return { ...(code === undefined ? {} : { code }), ...(message === undefined ? {} : { message }) };
      },
      requestIdHeader: "x-request-id",
    },
    options,
  );
  return { client, seen, port };
}

const json = (response: ServerResponse, body: unknown, status = 200, headers: Record<string, string> = {}): void =>
  void response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));

const get: ApiRequest = { what: "list things", path: "/things" };
const failureOf = (work: Promise<unknown>): Promise<ApiError> =>
  work.then(
    () => Promise.reject(new Error("Expected a failure")),
    (error: unknown) => (error instanceof ApiError ? error : Promise.reject(error)),
  );

test("A01: a request carries the credentials, its query with repeated names, and no undefined", async () => {
  const { client, seen } = await vendor((response) => json(response, { ok: true }));
  const query = { "StartTime>": "2026-11-01", tag: ["a b", "ü"], none: undefined, flag: false };
  expect(await client.request({ ...get, query })).toEqual({ ok: true });
  expect(seen[0]).toMatchObject({
    method: "GET",
    url: "/v1/things?StartTime%3E=2026-11-01&tag=a+b&tag=%C3%BC&flag=false",
    headers: { "x-api-key": secret, accept: "application/json" },
  });
});

test("A01: JSON and forms are sent as what they are", async () => {
  const { client, seen } = await vendor((response) => json(response, {}));
  await client.request({ ...get, method: "PATCH", json: { name: "ü" } });
  await client.request({
    ...get,
    method: "POST",
    form: { Url: "https://app.example.com/?a=1&b=2", Event: ["x", "y"] },
  });
  expect(seen.map(({ headers, body }) => [headers["content-type"], body])).toEqual([
    ["application/json", '{"name":"ü"}'],
    [
      "application/x-www-form-urlencoded;charset=UTF-8",
      "Url=https%3A%2F%2Fapp.example.com%2F%3Fa%3D1%26b%3D2&Event=x&Event=y",
    ],
  ]);
});

test("A01: an answer without a body is undefined, and JSON keeps what it says", async () => {
  const { client } = await vendor((response, _request, count) =>
    count === 1 ? void response.writeHead(204).end() : void response.end('{"__proto__":1,"text":"123"}'),
  );
  expect(await client.request(get)).toBeUndefined();
  expect(Object.keys((await client.request(get)) as object)).toEqual(["__proto__", "text"]);
});

test.each([
  [400, "api_rejected", false],
  [401, "api_unauthorized", false],
  [402, "api_forbidden", false],
  [403, "api_forbidden", false],
  [404, "api_not_found", false],
  [422, "api_rejected", false],
  [429, "api_rate_limited", true],
  [500, "api_unavailable", true],
  [503, "api_unavailable", true],
])("D15: %i is %s, with what helps to find it and without what must not be told", async (status, code, isRetryable) => {
  const said = { code: "20003", message: `bad key ${secret} for +14155550100` };
  const { client } = await vendor((response) => json(response, said, status, { "x-request-id": "req_1" }), {
    attempts: 1,
  });
  const error = await failureOf(client.request({ ...get, query: { token: secret } }));
  expect(error).toMatchObject({ code, status, isRetryable, vendorCode: "20003", requestId: "req_1", provider: "toy" });
  expect(error.vendorMessage).toContain("bad key");
  expect(error.message).toBe(`API of toy, list things: answered ${status}, code 20003`);
  for (const text of [
    String(error),
    error.stack,
    JSON.stringify(error),
    inspect(error, { depth: 9, showHidden: false }),
  ]) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain("+1415");
  }
});

test("fault: 429 with Retry-After is waited for", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  let count = 0;
  const { client } = await vendor(() => undefined, {
    fetch: () => {
      count += 1;
      const headers = { "retry-after": "7" };
      return Promise.resolve(count === 1 ? Response.json({}, { status: 429, headers }) : Response.json({ count }));
    },
  });
  const asking = client.request(get);
  await vi.advanceTimersByTimeAsync(6_999);
  expect(count).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(await asking).toEqual({ count: 2 });
});

test.each(["/calls/..", "/calls/.", "/calls/../agents", "/calls/%2e%2E/agents", "/calls/..?page=1"])(
  "a path such as %s leads nowhere else",
  async (path) => {
    const { client, seen } = await vendor((response) => json(response, {}));
    expect(await failureOf(client.request({ ...get, path }))).toMatchObject({ code: "api_not_found", status: null });
    expect(seen).toEqual([]);
    await client.request({ ...get, path: "/calls/...json" });
    expect(seen.map(({ url }) => url)).toEqual(["/v1/calls/...json"]);
  },
);

test.each([
  ["hangs", () => new Promise<Response>(() => undefined)],
  ["has a body that hangs", () => Promise.resolve(new Response(new ReadableStream()))],
])("fault: a fetch that %s and does not look at its signal is given up and tried again", async (_words, fetch) => {
  let count = 0;
  const options = {
    timeoutMs: 20,
    fetch: () => {
      count += 1;
      return count < 3 ? fetch() : Promise.resolve(Response.json({ count }));
    },
  };
  const { client } = await vendor(() => undefined, options);
  expect(await client.request(get)).toEqual({ count: 3 });
  const stopper = new AbortController();
  const { client: patient } = await vendor(() => undefined, { fetch });
  const asking = patient.request(get, { signal: stopper.signal });
  setTimeout(() => stopper.abort(new Error("enough")), 20);
  await expect(asking).rejects.toThrow("enough");
});

test.each([
  ["1.5", 1_500],
  ["0", 0],
  ["12345678", 12_345_678_000],
  ["-1", null],
  ["soon", null],
  ["1e3", null],
])("fault: a Retry-After of %s", async (text, retryAfterMs) => {
  const { client } = await vendor((response) => json(response, {}, 429, { "retry-after": text }), { attempts: 1 });
  expect(await failureOf(client.request(get))).toMatchObject({ code: "api_rate_limited", retryAfterMs });
});

test("fault: a Retry-After that is far away is handed on instead", async () => {
  const { client, seen } = await vendor((response) => json(response, {}, 429, { "retry-after": "3600" }));
  expect(await failureOf(client.request(get))).toMatchObject({ code: "api_rate_limited", retryAfterMs: 3_600_000 });
  expect(seen).toHaveLength(1);
  const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
  const dated = await vendor((response) => json(response, {}, 503, { "retry-after": inAnHour }));
  const { retryAfterMs } = await failureOf(dated.client.request(get));
  expect(retryAfterMs).toBeGreaterThan(3_500_000);
});

test("fault: 429 without Retry-After and 500 are tried three times in all", async () => {
  const { client, seen } = await vendor((response, _request, count) =>
    count === 1 ? json(response, {}, 429) : count === 2 ? json(response, {}, 500) : json(response, { count }),
  );
  expect(await client.request(get)).toEqual({ count: 3 });
  const always = await vendor((response) => json(response, {}, 500));
  expect(await failureOf(always.client.request(get))).toMatchObject({ code: "api_unavailable", status: 500 });
  expect([seen.length, always.seen.length]).toEqual([3, 3]);
});

test("A01: what changes something is made once, unless it may be made twice", async () => {
  const { client, seen } = await vendor((response) => json(response, {}, 500));
  await failureOf(client.request({ ...get, method: "POST", form: {} }));
  expect(seen).toHaveLength(1);
  await failureOf(client.request({ ...get, method: "POST", form: {}, repeatable: true }));
  expect(seen).toHaveLength(4);
});

test("fault: an answer that does not come, and one whose body hangs, are given up and tried again", async () => {
  const { client, seen } = await vendor(
    (response, _request, count) => {
      // The first never answers, the second begins to.
      if (count === 2) response.writeHead(200, { "content-type": "application/json" }).write("{");
      else if (count === 3) json(response, { count });
    },
    { timeoutMs: 100 },
  );
  expect(await client.request(get)).toEqual({ count: 3 });
  expect(seen).toHaveLength(3);
  const never = await vendor(() => undefined, { timeoutMs: 50, attempts: 1 });
  expect(await failureOf(never.client.request(get))).toMatchObject({ code: "api_unavailable", status: null });
});

test("fault: a machine that is not there", async () => {
  const { client, port } = await vendor(() => undefined, { attempts: 1 });
  for (const close of servers.splice(0)) await close();
  const error = await failureOf(client.request(get));
  expect(error).toMatchObject({
    code: "api_unavailable",
    status: null,
    message: "API of toy, list things: no answer (ECONNREFUSED)",
  });
  expect(String(error)).not.toContain(String(port));
});

const coded = (code: unknown, cause?: unknown): Error =>
  Object.assign(new Error("sk_very_secret_key", { cause }), { code });
const circle = new Error("round and round");
circle.cause = circle;

test.each<[cause: unknown, said: string]>([
  [coded("ENOTFOUND"), "no answer (ENOTFOUND)"],
  [new TypeError("fetch failed", { cause: coded("UND_ERR_CONNECT_TIMEOUT") }), "no answer (UND_ERR_CONNECT_TIMEOUT)"],
  [coded("getaddrinfo api.example.com", coded(7, coded("EAI_AGAIN"))), "no answer (EAI_AGAIN)"],
  [{ cause: { code: "CERT_HAS_EXPIRED" } }, "no answer (CERT_HAS_EXPIRED)"],
  [coded("sk_very_secret_key"), "no answer"],
  [coded(`E${"X".repeat(40)}`), "no answer"],
  [circle, "no answer"],
  ["ENOTFOUND", "no answer"],
  [undefined, "no answer"],
])("D15: what kept %o from being answered is named by its code, and never by its text", async (cause, said) => {
  // Whatever a caller's own fetch may reject with.
  const { client } = await vendor(() => undefined, { attempts: 1, fetch: () => Promise.reject(cause) });
  expect(await failureOf(client.request(get))).toMatchObject({
    code: "api_unavailable",
    message: `API of toy, list things: ${said}`,
  });
});

test("fault: an answer that is no JSON is malformed, and not asked for again at once", async () => {
  const { client, seen } = await vendor((response) => void response.end("<html>sorry</html>"));
  expect(await failureOf(client.request(get))).toMatchObject({ code: "api_malformed", status: 200 });
  expect(seen).toHaveLength(1);
});

test.each([
  [undefined, "something else than JSON"],
  ["text/html; charset=utf-8", "text/html instead of JSON"],
  ["Text/Plain", "text/plain instead of JSON"],
  ["application/json", "application/json that cannot be read"],
  ["application/problem+json", "application/problem+json that cannot be read"],
  ["not a type", "something else than JSON"],
  [`text/${"x".repeat(100)}`, "something else than JSON"],
])("D15: where the content type is %j, a success that is no JSON is called %s", async (type, said) => {
  const { client } = await vendor((response) => {
    response.writeHead(200, type === undefined ? {} : { "content-type": type }).end("<html>sorry</html>");
  });
  expect(await failureOf(client.request(get))).toMatchObject({
    code: "api_malformed",
    message: `API of toy, list things: answered 200 with ${said}`,
  });
});

test("A01: a success that says that it is none", async () => {
  const { client } = await vendor((response) => json(response, { success: false, code: 6002, text: "no such list" }));
  const failureIn: NonNullable<ApiRequest["failureIn"]> = (body) =>
    (body as { success: boolean }).success ? undefined : { code: "6002", cause: "api_rejected" };
  const error = await failureOf(client.request({ ...get, failureIn }));
  expect(error).toMatchObject({ code: "api_rejected", vendorCode: "6002", status: 200 });
});

test("H8: credentials go to no other host: redirects are not followed, links elsewhere refused", async () => {
  const elsewhere = await vendor((response) => json(response, {}));
  const { client } = await vendor(
    (response) => void response.writeHead(307, { location: `http://127.0.0.1:${elsewhere.port}/v1/things` }).end(),
  );
  expect(await failureOf(client.request({ ...get, method: "POST", json: {} }))).toMatchObject({ status: 307 });
  const link = `http://127.0.0.1:${elsewhere.port}/v1/things?page=2`;
  expect(await failureOf(client.request({ ...get, path: link }))).toMatchObject({ code: "url_refused" });
  expect(elsewhere.seen).toEqual([]);
});

test("A01: who gives up is heard at once, also in a pause", async () => {
  const { client, seen } = await vendor((response) => json(response, {}, 429, { "retry-after": "5" }));
  const giveUp = new AbortController();
  const asking = client.request(get, { signal: giveUp.signal });
  await expect.poll(() => seen.length).toBe(1);
  giveUp.abort(new Error("enough"));
  await expect(asking).rejects.toThrow("enough");
  await expect(client.request(get, { signal: AbortSignal.abort(new Error("never")) })).rejects.toThrow("never");
  expect(seen).toHaveLength(1);
});

test("A01: every attempt is asked for first, and may be refused", async () => {
  let allowed = 2;
  const { client, seen } = await vendor((response) => json(response, {}, 500));
  const beforeRequest = async (): Promise<void> => {
    allowed -= 1;
    if (allowed < 0) throw new ApiError("api_quota_exhausted", "used up", { provider: "toy", retryAfterMs: 1_000 });
  };
  expect(await failureOf(client.request(get, { beforeRequest }))).toMatchObject({ code: "api_quota_exhausted" });
  expect(seen).toHaveLength(2);
});

test.each(["http://api.example.com", "ftp://api.example.com", "api.example.com", ""])("%j is no base", (baseUrl) => {
  const dialect = { provider: "toy", baseUrl, headers: () => ({}), readFailure: () => ({}) };
  expect(() => createApiClient(dialect)).toThrow(expect.objectContaining({ code: "option_invalid" }));
});

test("A01: any fetch does", async () => {
  const { client } = await vendor(() => undefined, {
    fetch: (input) => Promise.resolve(Response.json({ url: input instanceof Request ? input.url : String(input) })),
  });
  expect(await client.request(get)).toMatchObject({ url: expect.stringContaining("/v1/things") as string });
});
