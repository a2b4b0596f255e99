import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { PayloadError, type Offhook } from "@offhook/core";
import { integrationsOf } from "@offhook/core/client";
import type { Response, Router } from "express";
import { refuse } from "./answers.ts";
import { readQuery, type Parameter } from "./query-parameters.ts";
import { get, idOf, signalOf } from "./routing.ts";

const recordingId: Parameter<string> = {
  expected: "the id of one of the call's recordings",
  read: (text) => (text === "" || text.length > 255 ? undefined : text),
};

/** Why there is nothing to hear, for whoever looks at it. */
const reasons: Readonly<Record<string, string>> = {
  pending: "The recording is not ready yet",
  none_expected: "The call has no recording",
  expired: "The vendor has let go of the recording",
  empty: "The recording has no sound",
  failed: "The recording never came, or cannot be reached",
};

/** The recording of a call, in parts as players ask for it, through the vendor's credentials or from the archive. */
export function addRecordingRoute(router: Router, offhook: Offhook): void {
  const integrations = integrationsOf(offhook);
  get(router, "/calls/:id/recording", async (request, response) => {
    const { recording } = readQuery<{ readonly recording?: string }>(request.originalUrl, { recording: recordingId });
    const { range } = request.headers;
    if (range !== undefined && !/^bytes=(?:\d+-\d*|-\d+)$/.test(range)) {
      throw new PayloadError("payload_invalid", 'Header "range": expected one part such as bytes=0-1023');
    }
    const opened = await integrations.openRecording(idOf(request), {
      ...(recording === undefined ? {} : { recordingId: recording }),
      ...(range === undefined ? {} : { range }),
      signal: signalOf(response),
    });
    if (opened.type === "nothing") {
      if (opened.state === "pending") response.setHeader("retry-after", "60");
      refuse(response, "not_found", reasons[opened.state] ?? "There is no such call or recording");
      return;
    }
    const { status, contentType, bytes, contentRange, body } = opened;
    response.status(status);
    response.setHeader("content-type", contentType);
    response.setHeader("accept-ranges", "bytes");
    response.setHeader("cache-control", "private, no-store");
    // It is only to be listened to: what a vendor sends is not run as a page.
    response.setHeader("content-security-policy", "sandbox; default-src 'none'");
    if (bytes !== null) response.setHeader("content-length", String(bytes));
    if (contentRange !== null) response.setHeader("content-range", contentRange);
    await send(response, body);
  });
}

async function send(response: Response, body: Parameters<typeof Readable.fromWeb>[0] | object): Promise<void> {
  // Node declares its own type for the same web stream.
  const readable = Readable.fromWeb(body as ReadableStream);
  if (response.req.method === "HEAD") {
    readable.destroy();
    response.end();
    return;
  }
  try {
    await pipeline(readable, response);
  } catch {
    // Part of it is out already: whoever listens sees that it broke off. The vendor's failure is in the log.
    response.destroy();
  }
}
