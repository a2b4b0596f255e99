import { createServer, type AddressInfo } from "node:net";
import { openDownload } from "@offhook/core/client";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
// What stands between a download and the network is no option of an app's, so it is taken from the source.
import { openDownloadBy } from "../../packages/core/src/api/download.ts";
import { createPinnedFetch } from "../../packages/core/src/api/pinned-fetch.node.ts";
import { isPublicAddress } from "../../packages/core/src/api/public-address.ts";
import { startRecordingHost, toyNames, type ToyRecordingHost } from "../../packages/core/src/api/toy-recording-host.ts";
import { listedHosts, refusedAddresses, refusedAnswers } from "./ssrf-corpus.ts";

const options = { provider: "twilio", hosts: listedHosts };
const refused = { name: "ApiError", code: "url_refused" };
const names = ["api.twilio.com", "a.media.twilio.com", "b.media.twilio.com"];
const all = Object.entries(refusedAddresses).flatMap(([why, urls]) => urls.map((url) => ({ why, url })));

let host: ToyRecordingHost;
/** Where the server redirects to, by path. */
let locations: Record<string, string>;
let requests: number;

beforeAll(async () => {
  host = await startRecordingHost(names, ({ url = "" }, response) => {
    requests += 1;
    const location = locations[url];
    if (location === undefined) response.writeHead(200, { "content-type": "audio/mpeg" }).end("sound");
    // As servers write what is not ASCII.
    else response.writeHead(302, { location: Buffer.from(location).toString("latin1") }).end();
  });
});
beforeEach(() => {
  locations = {};
  requests = 0;
  host.attempts.length = 0;
});
afterAll(() => host.close());

/** Everything as apps have it, but that names lead where a test says. */
const network = (resolve: ReturnType<typeof toyNames>) => createPinnedFetch({ agent: host.agent, resolve });
/** The server, which is on the loopback, counts as public, and everything else as what it is. */
const networkWithServer = (resolve: ReturnType<typeof toyNames>) =>
  createPinnedFetch({
    agent: host.agent,
    resolve,
    isAllowedAddress: (address) => address === "127.0.0.1" || isPublicAddress(address),
  });

test("the corpus is large, and names no address twice", () => {
  expect(new Set(all.map(({ url }) => url)).size).toBe(all.length);
  expect(all.length).toBeGreaterThan(150);
});

describe("H8, A14: an address that tries something is refused, and nothing is connected to", () => {
  test.each(all)("$why: $url", async ({ url }) => {
    const resolve = toyNames({});
    await expect(openDownloadBy(network(resolve), { url }, options)).rejects.toMatchObject(refused);
    expect(resolve.asked).toEqual([]);
    expect(host.attempts).toEqual([]);

    let asked = 0;
    const fetch = (): Promise<Response> => {
      asked += 1;
      return Promise.resolve(new Response("sound", { headers: { "content-type": "audio/mpeg" } }));
    };
    await expect(openDownload({ url }, { ...options, fetch })).rejects.toMatchObject(refused);
    expect(asked).toBe(0);
  });
});

describe("H8, A14: a redirect to such an address is refused, and not followed", () => {
  // Those that a header can hold.
  const inHeaders = all.filter(({ url }) => !/[^\t\P{Cc}]/u.test(url));
  test.each(inHeaders)("$why: $url", async ({ url }) => {
    locations = { "/start": url };
    const resolve = toyNames({ "api.twilio.com": ["127.0.0.1"] });
    const location = { url: "https://api.twilio.com/start" };
    const opened = openDownloadBy(networkWithServer(resolve), location, options);
    await expect(opened).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining("a redirect is refused"),
    });
    expect(resolve.asked).toEqual(["api.twilio.com"]);
    expect(host.attempts).toEqual(["127.0.0.1"]);
    expect(requests).toBe(1);
  });
});

describe("H8, A14: a listed name that leads to no public address is refused before anything is connected to", () => {
  test.each(refusedAnswers)("%s", async (answer) => {
    const before = host.connections();
    const resolve = toyNames({ "api.twilio.com": [answer] });
    const location = { url: "https://api.twilio.com/RE1" };
    await expect(openDownloadBy(network(resolve), location, options)).rejects.toMatchObject(refused);
    expect(resolve.asked).toEqual(["api.twilio.com"]);
    expect(host.attempts).toEqual([]);
    expect(host.connections()).toBe(before);
  });

  test.each(refusedAnswers.filter((answer) => !answer.includes("127.0.0.1")))(
    "after a redirect: %s",
    async (answer) => {
      locations = { "/start": "https://a.media.twilio.com/RE1" };
      const resolve = toyNames({ "api.twilio.com": ["127.0.0.1"], "a.media.twilio.com": [answer] });
      const location = { url: "https://api.twilio.com/start" };
      await expect(openDownloadBy(networkWithServer(resolve), location, options)).rejects.toMatchObject(refused);
      expect(resolve.asked).toEqual(["api.twilio.com", "a.media.twilio.com"]);
      expect(host.attempts).toEqual(["127.0.0.1"]);
    },
  );
});

test("H8: a name that is public when it is judged and private a moment later gains nothing", async () => {
  const resolve = toyNames({ "api.twilio.com": ["127.0.0.1", "10.0.0.1"] });
  const open = () => openDownloadBy(networkWithServer(resolve), { url: "https://api.twilio.com/RE1" }, options);
  expect(await new Response((await open()).body).text()).toBe("sound");
  expect(resolve.asked).toEqual(["api.twilio.com"]);
  await expect(open()).rejects.toMatchObject(refused);
  expect(host.attempts).toEqual(["127.0.0.1"]);
});

test("H8: a name that turns private between two redirects is refused", async () => {
  locations = { "/start": "/next" };
  const resolve = toyNames({ "api.twilio.com": ["127.0.0.1", "10.0.0.1"] });
  const location = { url: "https://api.twilio.com/start" };
  await expect(openDownloadBy(networkWithServer(resolve), location, options)).rejects.toMatchObject(refused);
  expect(host.attempts).toEqual(["127.0.0.1"]);
  expect(requests).toBe(1);
});

test("A14: what is listed and public is followed and read", async () => {
  locations = { "/start": "https://a.media.twilio.com/there", "/there": "//b.media.twilio.com/RE1?signature=secret" };
  const resolve = toyNames(Object.fromEntries(names.map((name) => [name, ["127.0.0.1"]])));
  const { body } = await openDownloadBy(networkWithServer(resolve), { url: "https://api.twilio.com/start" }, options);
  expect(await new Response(body).text()).toBe("sound");
  expect(resolve.asked).toEqual(names);
});

test("H8: as apps have it, nothing that listens on this machine hears of a download", async () => {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's
  try {
    const writings = [
      "127.0.0.1",
      "2130706433",
      "0x7f.1",
      "017700000001",
      "[::ffff:127.0.0.1]",
      "localhost",
      "a@127.0.0.1",
    ];
    for (const writing of writings) {
      for (const scheme of ["http", "https"]) {
        const url = `${scheme}://${writing}:${port}/a`;
        await expect(openDownload({ url }, options), url).rejects.toMatchObject(refused);
        await expect(
          openDownload({ url }, { ...options, hosts: ["localhost.example.com"] }),
          url,
        ).rejects.toMatchObject(refused);
      }
    }
    expect(connections).toBe(0);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
});
