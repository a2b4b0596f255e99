import { lookup, type LookupAddress, type LookupAllOptions } from "node:dns";
import type { IncomingMessage } from "node:http";
import { request, type Agent } from "node:https";
import { isIP, type LookupFunction } from "node:net";
import { addressRefused, type PinnedFetch, type PinnedRequest, type PinnedResponse } from "./pinned-fetch.ts";
import { isPublicAddress } from "./public-address.ts";

/** All addresses of a name, as `dns.lookup` gives them. */
export type ResolveAll = (
  hostname: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** For tests, which have neither a name nor an address of the public internet. */
export interface NetworkSeams {
  readonly resolve?: ResolveAll;
  readonly isAllowedAddress?: (address: string) => boolean;
  readonly agent?: Agent | false;
}

/**
 * HTTPS on `node:https`, which takes the addresses to connect to from a function of ours: what was judged is what is
 * connected to, whatever the name leads to a moment later. Goes through no proxy, which would resolve the name itself.
 */
export function createPinnedFetch({
  resolve = lookup,
  isAllowedAddress = isPublicAddress,
  // None: a connection that somebody else left open was not judged.
  agent = false,
}: NetworkSeams = {}): PinnedFetch {
  const judgedLookup: LookupFunction = (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, "");
      const [first] = addresses;
      if (first === undefined || !addresses.every(({ address }) => isAllowedAddress(address))) {
        return callback(refusedAddress(), "");
      }
      if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };

  return async (url, { headers, signal }) => {
    signal.throwIfAborted();
    // Node looks no address up.
    if (isIP(url.hostname.replace(/^\[|\]$/g, "")) !== 0) throw refusedAddress();
    return send(url, { headers, signal }, { lookup: judgedLookup, agent });
  };
}

export const pinnedFetch: PinnedFetch = createPinnedFetch();

function send(
  url: URL,
  { headers, signal }: PinnedRequest,
  connection: { readonly lookup: LookupFunction; readonly agent: Agent | false },
): Promise<PinnedResponse> {
  return new Promise((resolve, reject) => {
    // rejectUnauthorized: the environment may tell Node to trust every certificate.
    const sent = request(url, { ...connection, method: "GET", headers: { ...headers }, rejectUnauthorized: true });
    const abort = (): void => {
      // What a signal was aborted with is whatever somebody chose.
      reject(signal.reason as Error);
      sent.destroy();
    };
    signal.addEventListener("abort", abort, { once: true });
    // Stays after the answer has begun: an error that nobody listens to ends the process.
    sent.on("error", reject);
    sent.once("response", (message) => resolve(responseOf(message)));
    sent.end();
  });
}

function responseOf(message: IncomingMessage): PinnedResponse {
  message.on("error", () => undefined); // told by the iterator, which nobody may be reading yet
  // Without an encoding, chunks are buffers.
  const chunks = message[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  const get = (name: string): string | null => {
    const value = message.headers[name.toLowerCase()];
    return typeof value === "string" ? value : null;
  };
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await chunks.next();
        if (chunk.done === true) controller.close();
        // Not a Buffer, whose members do other things than those of the same name of a Uint8Array.
        else controller.enqueue(new Uint8Array(chunk.value.buffer, chunk.value.byteOffset, chunk.value.byteLength));
      },
      cancel() {
        message.destroy();
      },
    },
    { highWaterMark: 0 },
  );
  return { status: message.statusCode ?? 0, headers: { get }, body };
}

const refusedAddress = (): Error =>
  Object.assign(new Error("The name leads to no public address"), { code: addressRefused });
