import type { IncomingMessage } from "node:http";
import { bodyIncomplete, bodyTimedOut, bodyTooLarge } from "../read-body.ts";
import { endBodyDeadline, startBodyDeadline } from "./body-deadline.ts";

const empty = new Uint8Array();

/**
 * Reads the body of a Node request, counting while it flows: what is too large is not kept. Nothing stays attached to
 * the request afterwards.
 *
 * @throws PayloadError `body_too_large`, `body_timeout`, or `payload_invalid` for a broken connection.
 */
export function readNodeBody(request: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    // An ended or broken stream says so only once, and that was before.
    if (request.readableEnded) return resolve(empty);
    if (request.destroyed) return reject(bodyIncomplete(request.errored ?? undefined));
    if (Number(request.headers["content-length"]) > maxBytes) return reject(bodyTooLarge(maxBytes));

    let first: Buffer | undefined;
    let chunks: Buffer[] | undefined;
    let size = 0;

    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > maxBytes) fail(bodyTooLarge(maxBytes));
      else if (first === undefined) first = chunk;
      else if (chunks === undefined) chunks = [first, chunk];
      else chunks.push(chunk);
    };
    const onEnd = (): void => {
      detach();
      resolve(chunks === undefined ? (first ?? empty) : Buffer.concat(chunks, size));
    };
    const onBroken = (cause?: unknown): void => fail(bodyIncomplete(cause));
    const deadline = startBodyDeadline(() => fail(bodyTimedOut()));

    function fail(error: Error): void {
      detach();
      reject(error);
    }
    function detach(): void {
      endBodyDeadline(deadline);
      request.off("data", onData).off("end", onEnd).off("error", onBroken).off("close", onBroken);
    }

    request.on("data", onData).on("end", onEnd).on("error", onBroken).on("close", onBroken);
  });
}
