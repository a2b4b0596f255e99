import { afterEach, beforeEach, expect, test } from "vitest";
import { createPinnedFetch, type NetworkSeams } from "./pinned-fetch.node.ts";
import { addressRefused, type PinnedResponse } from "./pinned-fetch.ts";
import {
  overLoopback,
  startRecordingHost,
  toyNames,
  type Answering,
  type ToyRecordingHost,
} from "./toy-recording-host.ts";

let host: ToyRecordingHost;
let answer: Answering;
let controller: AbortController;

beforeEach(async () => {
  answer = (_request, response) => response.end("sound");
  host = await startRecordingHost(["api.example.com"], (request, response) => answer(request, response));
  controller = new AbortController();
});
afterEach(() => host.close());

/** @param answers where the name leads to, each time it is asked for. */
function get(
  answers: readonly string[],
  seams: NetworkSeams = {},
  address = "https://api.example.com/a?b",
): Promise<PinnedResponse> {
  const resolve = toyNames({ "api.example.com": answers, "other.example.com": answers });
  const fetch = createPinnedFetch({ ...overLoopback, agent: host.agent, resolve, ...seams });
  return fetch(new URL(address), { headers: { "x-toy": "1" }, signal: controller.signal });
}

const text = ({ body }: PinnedResponse): Promise<string> => new Response(body).text();

test("asks by name, over TLS, at an address that was judged", async () => {
  answer = ({ method, url, headers }, response) => {
    response.writeHead(200, { "Content-Type": "audio/mpeg" });
    response.end(
      JSON.stringify({ method, url, host: headers.host, toy: headers["x-toy"], connection: headers.connection }),
    );
  };
  const response = await get(["127.0.0.1"]);
  expect(response.status).toBe(200);
  expect(response.headers.get("Content-Type")).toBe("audio/mpeg");
  expect(response.headers.get("content-length")).toBe(null);
  expect(JSON.parse(await text(response))).toEqual({
    method: "GET",
    url: "/a?b",
    host: "api.example.com",
    toy: "1",
    connection: "close",
  });
  expect(host.attempts).toEqual(["127.0.0.1"]);
});

test.each([["127.0.0.1"], ["::1"], ["169.254.169.254"], ["8.8.8.8 10.0.0.1"], ["8.8.8.8 ::ffff:127.0.0.1"], [""]])(
  "a name that leads to %j is not connected to",
  async (answers) => {
    // The judge that apps have.
    const fetch = createPinnedFetch({ agent: host.agent, resolve: toyNames({ "api.example.com": [answers] }) });
    const asked = fetch(new URL("https://api.example.com"), { headers: {}, signal: controller.signal });
    await expect(asked).rejects.toMatchObject({ code: addressRefused });
    expect(host.attempts).toEqual([]);
  },
);

test("what was judged is what is connected to, whatever the name leads to a moment later", async () => {
  const resolve = toyNames({ "api.example.com": ["127.0.0.1", "127.0.0.2"] });
  expect(await text(await get([], { resolve }))).toBe("sound");
  expect(resolve.asked).toEqual(["api.example.com"]);
  expect(host.attempts).toEqual(["127.0.0.1"]);
  await expect(get([], { resolve })).rejects.toMatchObject({ code: addressRefused });
  expect(host.attempts).toEqual(["127.0.0.1"]);
});

test("an address in place of a name is refused, for Node would not look it up", async () => {
  for (const address of ["https://127.0.0.1/", "https://[::1]/"]) {
    await expect(get(["127.0.0.1"], {}, address)).rejects.toMatchObject({ code: addressRefused });
  }
  expect(host.attempts).toEqual([]);
});

test("a certificate of another name or of nobody is refused, whatever the environment says", async () => {
  await expect(get(["127.0.0.1"], {}, "https://other.example.com/")).rejects.toMatchObject({
    code: "ERR_TLS_CERT_ALTNAME_INVALID",
  });
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  try {
    host.agent.options.ca = [];
    await expect(get(["127.0.0.1"])).rejects.toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
  } finally {
    delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
  }
});

test("a name that leads nowhere says so", async () => {
  await expect(get([])).rejects.toMatchObject({ code: "ENOTFOUND" });
});

test("a redirect is an answer like any other", async () => {
  answer = (_request, response) => response.writeHead(302, { location: "/b" }).end();
  const { status, headers } = await get(["127.0.0.1"]);
  expect([status, headers.get("location")]).toEqual([302, "/b"]);
});

test("a body that breaks off errors", async () => {
  answer = (_request, response) => {
    response.writeHead(200, { "content-length": "100" }).write("so");
    setTimeout(() => response.destroy(), 20);
  };
  await expect(get(["127.0.0.1"]).then(text)).rejects.toMatchObject({ code: "ECONNRESET" });
});

test("cancelling the body closes the connection", async () => {
  answer = (_request, response) => response.writeHead(200).write("so");
  const { body } = await get(["127.0.0.1"]);
  expect(await host.open()).toBe(1);
  await body?.cancel();
  await expect.poll(() => host.open()).toBe(0);
});

test("aborting closes the connection, before and after the answer has begun", async () => {
  const reason = new Error("enough");
  answer = () => undefined;
  const asked = get(["127.0.0.1"]);
  await expect.poll(() => host.connections()).toBe(1);
  controller.abort(reason);
  await expect(asked).rejects.toBe(reason);
  await expect.poll(() => host.open()).toBe(0);
  await expect(get(["127.0.0.1"])).rejects.toBe(reason);

  controller = new AbortController();
  answer = (_request, response) => response.writeHead(200).write("so");
  const response = await get(["127.0.0.1"]);
  controller.abort(reason);
  await expect(text(response)).rejects.toMatchObject({ code: "ECONNRESET" });
  await expect.poll(() => host.open()).toBe(0);
});

test("what nobody reads is not fetched", async () => {
  let written = 0;
  answer = (_request, response) => {
    const chunk = Buffer.alloc(65_536);
    const write = (): void => {
      written += chunk.length;
      if (written > 512 * 2 ** 20) response.end();
      else if (response.write(chunk)) setImmediate(write);
      else response.once("drain", write);
    };
    write();
  };
  const { body } = await get(["127.0.0.1"]);
  const reader = body?.getReader();
  await reader?.read();
  let before = -1;
  await expect
    .poll(
      () => {
        const stands = written === before;
        before = written;
        return stands;
      },
      { interval: 100 },
    )
    .toBe(true);
  // Buffers of the system and of both streams.
  expect(written).toBeLessThan(32 * 2 ** 20);
  await reader?.cancel();
});
