import { http, HttpResponse } from "msw";
import { describe, expect, test } from "vitest";
import { callNamed, without } from "./fixtures/api-records.ts";
import { errorOf, network, retellWith, useNetwork } from "./fixtures/api-server.ts";
import { media } from "./fixtures/api.ts";

useNetwork();

// The platform's, on which the tests' network listens; ours connects to what a name leads to.
const fetch: typeof globalThis.fetch = async (input, init) => globalThis.fetch(input, init);

interface Storage {
  readonly asked: Request[];
}

function storageAt(host: string): Storage {
  const asked: Request[] = [];
  network.use(
    http.get(`https://${host}/*`, ({ request }) => {
      asked.push(request);
      const isPart = request.headers.get("range") !== null;
      return new HttpResponse(isPart ? media.slice(0, 4) : media, {
        status: isPart ? 206 : 200,
        headers: {
          "content-type": "audio/wav",
          ...(isPart ? { "content-range": `bytes 0-3/${media.byteLength}` } : {}),
        },
      });
    }),
  );
  return { asked };
}

const bytesOf = async (body: ReadableStream<Uint8Array>): Promise<Uint8Array> =>
  new Uint8Array(await new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer());

const signed = (host: string, file: string): string => `https://${host}/1f00/${file}?Expires=1790086400&Signature=abc`;

describe("recordings.open", () => {
  test("A14: asks for the address anew, and sends the storage no key", async () => {
    const host = "dxc03zgurdly9.cloudfront.net";
    const { asked } = storageAt(host);
    const { client, world } = retellWith({ calls: [callNamed("call_1")] }, { fetch });
    world.calls = [callNamed("call_1", { recording_url: signed(host, "recording.wav") })];
    const recording = await client.recordings.open("call_1");
    expect(recording).toMatchObject({ status: 200, contentType: "audio/wav" });
    expect(await bytesOf(recording.body)).toEqual(media);
    expect(asked.map(({ url }) => url)).toEqual([signed(host, "recording.wav")]);
    expect(asked[0]?.headers.get("authorization")).toBeNull();
  });

  test("A14: gives a part, of the variant that is asked for", async () => {
    const { asked } = storageAt("retellai.s3.us-west-2.amazonaws.com");
    const url = "https://retellai.s3.us-west-2.amazonaws.com/call_1/recording_multichannel.wav";
    const { client } = retellWith({ calls: [callNamed("call_1", { recording_multi_channel_url: url })] }, { fetch });
    const part = await client.recordings.open("call_1", { variant: "multi_channel", range: "bytes=0-3" });
    expect(part).toMatchObject({ status: 206, bytes: 4, contentRange: `bytes 0-3/${media.byteLength}` });
    expect(await bytesOf(part.body)).toEqual(media.slice(0, 4));
    expect(asked[0]?.url).toBe(url);
  });

  test("A14: a call without such a recording, or no call, is not found", async () => {
    const { client } = retellWith({ calls: [without(callNamed("call_1"), "recording_url")] }, { fetch });
    expect((await errorOf(client.recordings.open("call_1"))).code).toBe("api_not_found");
    expect((await errorOf(client.recordings.open("call_1", { variant: "scrubbed" }))).code).toBe("api_not_found");
    expect((await errorOf(client.recordings.open("call_2"))).code).toBe("api_not_found");
  });

  test.each([
    "https://recordings.example.com/call_1/recording.wav",
    "http://dxc03zgurdly9.cloudfront.net/call_1/recording.wav",
    "https://169.254.169.254/latest/meta-data",
    "https://cloudfront.net.example.com/r.wav",
    // Anybody can have a distribution.
    "https://d111111abcdef8.cloudfront.net/r.wav",
  ])("A14: %s is not gone to", async (url) => {
    const { client } = retellWith({ calls: [callNamed("call_1", { recording_url: url })] }, { fetch });
    const error = await errorOf(client.recordings.open("call_1"));
    expect(error.code).toBe("url_refused");
    expect(String(error)).not.toContain("recording.wav");
  });

  test("A14: hosts of one's own can be named", async () => {
    storageAt("recordings.example.com");
    const { client } = retellWith(
      { calls: [callNamed("call_1")] },
      { fetch, recordingHosts: ["recordings.example.com"] },
    );
    expect(await bytesOf((await client.recordings.open("call_1")).body)).toEqual(media);
  });
});
