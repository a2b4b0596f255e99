import { afterEach, expect, test, vi } from "vitest";
import type { Fetch } from "./api-client.ts";
import { ApiError } from "../api-error.ts";
import { openDownload, openDownloadBy } from "./download.ts";
import type { DownloadOptions } from "./download-options.ts";
import { ConfigurationError } from "../errors.ts";
import { createPinnedFetch } from "./pinned-fetch.node.ts";
import type { RecordingStream } from "../recording-stream.ts";
import { overLoopback, startRecordingHost, toyNames, type Answering } from "./toy-recording-host.ts";

const address = "https://api.example.com/RE1.mp3?signature=secret";
const hosts = ["api.example.com", "*.media.example.com"];
const audio = { "content-type": "audio/mpeg" };

interface Sent {
  readonly url: string;
  readonly headers: Headers;
  readonly signal: AbortSignal;
}

/** A fetch that gives these answers one after the other. */
function answering(...answers: readonly (() => Response | Promise<Response>)[]): { fetch: Fetch; sent: Sent[] } {
  const sent: Sent[] = [];
  const fetch: Fetch = async (input, init) => {
    expect(init).toMatchObject({ method: "GET", redirect: "manual" });
    // As a download calls it: with a text and a signal.
    sent.push({ url: input as string, headers: new Headers(init?.headers), signal: init?.signal as AbortSignal });
    const answer = answers[sent.length - 1];
    if (answer === undefined) throw new Error("asked too often");
    return answer();
  };
  return { fetch, sent };
}

const redirect =
  (location: string, status = 302) =>
  () =>
    new Response("moved", { status, headers: { location } });
const sound =
  (headers: Record<string, string> = {}, text = "sound") =>
  () =>
    new Response(text, { headers: { ...audio, ...headers } });

const open = (fetch: Fetch, given: Partial<DownloadOptions> = {}, headers = {}): Promise<RecordingStream> =>
  openDownload({ url: address, headers }, { provider: "toy", hosts, fetch, ...given });
const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );
const text = ({ body }: RecordingStream): Promise<string> => new Response(body).text();

afterEach(() => {
  vi.useRealTimers();
});

test("A14: a recording is opened with its credentials, and is what the vendor says it is", async () => {
  const { fetch, sent } = answering(sound({ "content-length": "5" }));
  const recording = await open(fetch, {}, { Authorization: "Basic abc" });
  expect(recording).toEqual({
    status: 200,
    contentType: "audio/mpeg",
    bytes: 5,
    contentRange: null,
    body: expect.any(ReadableStream),
  });
  expect(await text(recording)).toBe("sound");
  expect(sent.map(({ url, headers }) => [url, Object.fromEntries(headers)])).toEqual([
    [
      address,
      {
        accept: expect.stringContaining("audio/*"),
        "accept-encoding": "identity",
        authorization: "Basic abc",
        "user-agent": "offhook",
      },
    ],
  ]);
});

test("a length that the vendor does not say is not made up", async () => {
  const recording = await open(answering(sound()).fetch);
  expect(recording.bytes).toBe(null);
  expect(await text(recording)).toBe("sound");
});

test.each(["audio/mpeg", "audio/x-wav", "Audio/OGG; codecs=opus", "application/octet-stream", "binary/octet-stream"])(
  "%s may be a recording",
  async (contentType) => {
    expect(await open(answering(sound({ "content-type": contentType })).fetch)).toMatchObject({ contentType });
  },
);

test.each(["text/html", "application/json", "multipart/byteranges; boundary=a", "video/mp4", "audio/", ""])(
  "%j is no recording",
  async (contentType) => {
    const { fetch, sent } = answering(sound({ "content-type": contentType }));
    await expect(open(fetch)).rejects.toMatchObject({ code: "api_malformed", status: 200 });
    expect(sent[0]?.signal.aborted).toBe(true);
  },
);

test("A14: a part is asked for, and given as the part that it is", async () => {
  const part = new Response("ou", { status: 206, headers: { ...audio, "content-range": "bytes 1-2/5" } });
  const { fetch, sent } = answering(redirect("https://eu.media.example.com/RE1"), () => part);
  const recording = await open(fetch, { range: "bytes=1-2" });
  expect(recording).toMatchObject({ status: 206, bytes: 2, contentRange: "bytes 1-2/5" });
  expect(await text(recording)).toBe("ou");
  expect(sent.map(({ headers }) => headers.get("range"))).toEqual(["bytes=1-2", "bytes=1-2"]);
});

test("a vendor that does no parts gives the whole", async () => {
  expect(await open(answering(sound()).fetch, { range: "bytes=1-2" })).toMatchObject({
    status: 200,
    contentRange: null,
  });
});

test.each([
  ["bytes=0-", true],
  ["bytes=-500", true],
  ["bytes=5-5", true],
  ["bytes=5-4", false],
  ["bytes=-", false],
  ["bytes=0-1,3-4", false],
  ["items=0-1", false],
  ["bytes=0-1\r\nhost: evil.example", false],
])("the range %j can be asked for: %s", async (range, possible) => {
  const { fetch, sent } = answering(sound());
  if (possible) await open(fetch, { range });
  else await expect(open(fetch, { range })).rejects.toBeInstanceOf(ConfigurationError);
  expect(sent).toHaveLength(possible ? 1 : 0);
});

test.each([
  ["no part was asked for", undefined, { "content-range": "bytes 1-2/5" }],
  ["it does not say which", "bytes=1-2", {}],
  ["it says several", "bytes=1-2", { "content-range": "bytes 1-2/5, bytes 3-4/5" }],
  ["its length is another one", "bytes=1-2", { "content-range": "bytes 1-2/5", "content-length": "5" }],
])("a part is refused when %s", async (_why, range, headers) => {
  const { fetch } = answering(() => new Response("ou", { status: 206, headers: { ...audio, ...headers } }));
  await expect(open(fetch, { range })).rejects.toMatchObject({ code: "api_malformed" });
});

test.each([
  [401, "api_unauthorized"],
  [403, "api_forbidden"],
  [404, "api_not_found"],
  [410, "api_not_found"],
  [416, "api_rejected"],
  [429, "api_rate_limited"],
  [500, "api_unavailable"],
  [503, "api_unavailable"],
  [204, "api_malformed"],
  [304, "api_rejected"],
])("%s is %s", async (status, code) => {
  const { fetch } = answering(() => new Response(null, { status, headers: { "retry-after": "7" } }));
  const retryAfterMs = status === 204 ? null : 7000;
  await expect(open(fetch)).rejects.toMatchObject({ code, status, retryAfterMs, provider: "toy" });
});

test("what is compressed is refused, because its length and parts are those of something else", async () => {
  await expect(open(answering(sound({ "content-encoding": "gzip" })).fetch)).rejects.toMatchObject({
    code: "api_malformed",
  });
});

test("H8: credentials go to the host that they are for, and to none that it names", async () => {
  const { fetch, sent } = answering(
    redirect("/moved", 301),
    redirect("https://eu.media.example.com/RE1", 307),
    redirect(address, 308),
    sound(),
  );
  expect(await text(await open(fetch, {}, { authorization: "Basic abc" }))).toBe("sound");
  expect(sent.map(({ url, headers }) => [url, headers.get("authorization")])).toEqual([
    [address, "Basic abc"],
    ["https://api.example.com/moved", "Basic abc"],
    ["https://eu.media.example.com/RE1", null],
    [address, null],
  ]);
});

test("H8: five redirects are followed, and no more", async () => {
  const hop = redirect("/next", 303);
  expect(await text(await open(answering(hop, hop, hop, hop, hop, sound()).fetch))).toBe("sound");
  const { fetch, sent } = answering(hop, hop, hop, hop, hop, hop, sound());
  await expect(open(fetch)).rejects.toMatchObject({ code: "url_refused" });
  expect(sent).toHaveLength(6);
});

test("a redirect to nowhere is malformed", async () => {
  await expect(open(answering(() => new Response(null, { status: 302 })).fetch)).rejects.toMatchObject({
    code: "api_malformed",
  });
});

test("H8: a fetch that follows redirects by itself is found out", async () => {
  const response = sound()();
  Object.defineProperty(response, "redirected", { value: true });
  await expect(open(answering(() => response).fetch)).rejects.toMatchObject({ code: "url_refused" });
});

test("H8: no error holds the address", async () => {
  const failures: (() => Promise<unknown>)[] = [
    () => open(answering(() => Promise.reject(new TypeError(`fetch failed: ${address}`))).fetch),
    () => open(answering(() => new Response(address, { status: 403, headers: { location: address } })).fetch),
    () => open(answering(redirect("https://evil.example/?signature=secret")).fetch),
    () => openDownload({ url: "https://secret@api.example.com" }, { provider: "toy", hosts }),
    () => openDownload({ url: "https://evil.example/?secret" }, { provider: "toy", hosts }),
    () => open(answering().fetch, {}, { authorization: "secret\n" }),
  ];
  for (const failure of failures) {
    const error = await failureOf(failure());
    expect(error).toBeInstanceOf(Error);
    const { stack, cause } = error as Error; // as it was found to be
    expect(JSON.stringify([error, stack, cause])).not.toContain("secret");
  }
});

test.each(["host", "Cookie", "referer", "range", "accept-encoding", "transfer-encoding"])(
  "%s is no credential, and is not sent",
  async (name) => {
    const { fetch, sent } = answering(sound());
    await expect(open(fetch, {}, { [name]: "a" })).rejects.toBeInstanceOf(ConfigurationError);
    expect(sent).toEqual([]);
  },
);

test.each([{ timeoutMs: 0 }, { totalTimeoutMs: 2 ** 31 }, { maxBytes: Number.NaN }, { hosts: ["*"] }])(
  "%o cannot be",
  async (given) => {
    await expect(open(answering(sound()).fetch, given)).rejects.toMatchObject({ code: "option_invalid" });
  },
);

test("no answer is unavailable, with the reason that the platform gives", async () => {
  const cause = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
  await expect(open(answering(() => Promise.reject(new TypeError("fetch failed", { cause }))).fetch)).rejects.toThrow(
    "Recording of toy: no answer (ECONNREFUSED)",
  );
});

test("an answer that does not begin in time ends the request, and is let go of when it comes", async () => {
  vi.useFakeTimers();
  const cancelled = vi.fn<() => void>();
  let come: (response: Response) => void = () => undefined;
  const { fetch, sent } = answering(() => new Promise((resolve) => (come = resolve)));
  const failure = failureOf(open(fetch, { timeoutMs: 1000 }));
  await vi.advanceTimersByTimeAsync(1000);
  expect(await failure).toMatchObject({ code: "api_unavailable" });
  expect(sent[0]?.signal.aborted).toBe(true);
  come(new Response(new ReadableStream({ cancel: cancelled })));
  await vi.advanceTimersByTimeAsync(0);
  expect(cancelled).toHaveBeenCalledOnce();
  expect(vi.getTimerCount()).toBe(0);
});

/** A body whose chunks a test hands out. */
function handedOut(headers: Record<string, string> = {}) {
  const cancelled = vi.fn<() => void>();
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
    },
    cancel: cancelled,
  });
  const { fetch, sent } = answering(() => new Response(body, { headers: { ...audio, ...headers } }));
  return { fetch, sent, cancelled, give: (size: number) => controller.enqueue(new Uint8Array(size)), controller };
}

test("a body that stops is given up, one that is read slowly is not", async () => {
  vi.useFakeTimers();
  const vendor = handedOut();
  const { body } = await open(vendor.fetch, { timeoutMs: 1000 });
  const reader = body.getReader();
  vendor.give(3);
  await vi.advanceTimersByTimeAsync(5000);
  expect((await reader.read()).value).toHaveLength(3);
  const failure = failureOf(reader.read());
  await vi.advanceTimersByTimeAsync(1000);
  expect(await failure).toMatchObject({ code: "api_unavailable" });
  expect(vendor.cancelled).toHaveBeenCalledOnce();
  expect(vendor.sent[0]?.signal.aborted).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test("all of it has to be there in time, and a drop now and then does not help", async () => {
  vi.useFakeTimers();
  const vendor = handedOut();
  const { body } = await open(vendor.fetch, { timeoutMs: 1000, totalTimeoutMs: 5000 });
  const failure = failureOf(new Response(body).arrayBuffer());
  for (let second = 0; second < 5; second += 1) {
    await vi.advanceTimersByTimeAsync(999);
    vendor.give(1);
  }
  await vi.advanceTimersByTimeAsync(5);
  expect(await failure).toMatchObject({ code: "api_unavailable" });
  expect(vendor.cancelled).toHaveBeenCalledOnce();
});

test("what is announced as too large is not begun, and what grows too large is not finished", async () => {
  const announced = handedOut({ "content-length": "11" });
  await expect(open(announced.fetch, { maxBytes: 10 })).rejects.toMatchObject({ code: "api_rejected" });
  expect(announced.cancelled).toHaveBeenCalledOnce();

  const growing = handedOut();
  const { body } = await open(growing.fetch, { maxBytes: 10 });
  const reader = body.getReader();
  growing.give(10);
  expect((await reader.read()).value).toHaveLength(10);
  growing.give(1);
  await expect(reader.read()).rejects.toMatchObject({ code: "api_rejected" });
  expect(growing.cancelled).toHaveBeenCalledOnce();
});

test.each(["4", "6"])("a body of five bytes that was announced with %s errors", async (length) => {
  const recording = await open(answering(sound({ "content-length": length })).fetch);
  await expect(text(recording)).rejects.toMatchObject({ code: "api_unavailable" });
});

test("a body that breaks off errors, without what the platform says of it", async () => {
  const broken = new ReadableStream({ pull: () => Promise.reject(new Error(`lost ${address}`)) });
  const recording = await open(answering(() => new Response(broken, { headers: audio })).fetch);
  await expect(text(recording)).rejects.toThrow(/^Recording of toy: the connection broke off$/);
});

test("aborting ends the request, the body, and the body that nobody reads", async () => {
  const reason = new Error("enough");
  await expect(open(answering().fetch, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);

  const asking = new AbortController();
  const opened = open(answering(() => new Promise(() => undefined)).fetch, { signal: asking.signal });
  asking.abort(reason);
  await expect(opened).rejects.toBe(reason);

  const reading = new AbortController();
  const vendor = handedOut();
  const { body } = await open(vendor.fetch, { signal: reading.signal });
  reading.abort(reason);
  expect(vendor.cancelled).toHaveBeenCalledOnce();
  await expect(body.getReader().read()).rejects.toBe(reason);
});

test("cancelling the body ends the download and leaves nothing behind", async () => {
  vi.useFakeTimers();
  const { signal } = new AbortController();
  const removed = vi.spyOn(signal, "removeEventListener");
  const vendor = handedOut();
  const { body } = await open(vendor.fetch, { signal });
  await body.cancel();
  expect(vendor.cancelled).toHaveBeenCalledOnce();
  expect(vendor.sent[0]?.signal.aborted).toBe(true);
  expect(removed).toHaveBeenCalledOnce();
  expect(vi.getTimerCount()).toBe(0);
});

test("a chunk is fetched when it is asked for", async () => {
  const pull = vi.fn<(controller: ReadableStreamDefaultController<Uint8Array>) => void>((controller) =>
    controller.enqueue(new Uint8Array(1)),
  );
  const endless = new ReadableStream<Uint8Array>({ pull }, { highWaterMark: 0 });
  const { body } = await open(answering(() => new Response(endless, { headers: audio })).fetch);
  const reader = body.getReader();
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(pull).not.toHaveBeenCalled();
  await reader.read();
  await reader.read();
  expect(pull).toHaveBeenCalledTimes(2);
  await reader.cancel();
});

/** A download over TLS from the loopback. */
async function overTls(answer: Answering, use: (open: () => Promise<RecordingStream>) => Promise<void>): Promise<void> {
  const host = await startRecordingHost(["api.example.com", "eu.media.example.com"], answer);
  const resolve = toyNames({ "api.example.com": ["127.0.0.1"], "eu.media.example.com": ["127.0.0.1"] });
  const network = createPinnedFetch({ ...overLoopback, agent: host.agent, resolve });
  try {
    await use(() =>
      openDownloadBy(network, { url: address, headers: { authorization: "Basic abc" } }, { provider: "toy", hosts }),
    );
    await expect.poll(() => host.open()).toBe(0);
  } finally {
    await host.close();
  }
}

test("A14: over TLS, a recording is followed to where it lies and read to its end", async () => {
  const content = new Uint8Array(3 * 2 ** 20).map((_, index) => index % 251);
  const seen: unknown[] = [];
  const answer: Answering = ({ url, headers }, response) => {
    seen.push([headers.host, headers.authorization, headers["accept-encoding"], headers.cookie]);
    if (url === "/there") response.writeHead(200, { ...audio, "content-length": content.length }).end(content);
    else response.writeHead(302, { location: "https://eu.media.example.com/there", "set-cookie": "a=b" }).end("moved");
  };
  await overTls(answer, async (openIt) => {
    const recording = await openIt();
    expect(recording.bytes).toBe(content.length);
    expect(Buffer.compare(Buffer.from(await new Response(recording.body).arrayBuffer()), content)).toBe(0);
  });
  expect(seen).toEqual([
    ["api.example.com", "Basic abc", "identity", undefined],
    ["eu.media.example.com", undefined, "identity", undefined],
  ]);
});

test("over TLS, a body that is cut short errors", async () => {
  const answer: Answering = (_request, response) => {
    response.writeHead(200, { ...audio, "content-length": 100 }).write("so");
    setTimeout(() => response.destroy(), 20);
  };
  await overTls(answer, async (openIt) => {
    await expect(openIt().then(text)).rejects.toMatchObject({
      code: "api_unavailable",
      message: "Recording of toy: the connection broke off (ECONNRESET)",
    });
  });
});

test("over TLS, cancelling or failing closes the connection", async () => {
  let status = 200;
  const answer: Answering = (_request, response) => {
    response.writeHead(status, audio).write("so");
  };
  await overTls(answer, async (openIt) => (await openIt()).body.cancel());
  status = 500;
  await overTls(answer, async (openIt) => {
    await expect(openIt()).rejects.toBeInstanceOf(ApiError);
  });
});
