import { pipeline } from "node:stream/promises";
import { ApiError, OffhookError, type Offhook, type OpenedRecording, type RecordingStream } from "@offhook/core";
import { integrationsOf } from "@offhook/core/client";
import type { Response, Router } from "express";
import { refuse } from "./answers.ts";
import type { Logger } from "./logger.ts";
import { readQuery, type Parameter } from "./query-parameters.ts";
import { isBehind, readRange } from "./range-header.ts";
import { recordingRefusals } from "./recording-refusals.ts";
import { get, idOf, signalOf } from "./routing.ts";
import type { MissingByProvider } from "./vendor-variables.ts";

const recordingId: Parameter<string> = {
  expected: "the id of one of the call's recordings",
  read: (text) => (text === "" || text.length > 255 ? undefined : text),
};

/** The recording of a call, in parts as players ask for it, through the vendor's credentials or from the archive. */
export function addRecordingRoute(
  router: Router,
  offhook: Offhook,
  { logger, missing }: { readonly logger: Logger; readonly missing: MissingByProvider },
): void {
  const integrations = integrationsOf(offhook);
  const refusals = recordingRefusals(offhook, missing);
  get(router, "/calls/:id/recording", async (request, response) => {
    const { recording } = readQuery<{ readonly recording?: string }>(request.originalUrl, { recording: recordingId });
    // Ranges are for GET alone. https://www.rfc-editor.org/rfc/rfc9110#section-14.2
    const range = request.method === "GET" ? readRange(request.headers.range) : undefined;
    const callId = idOf(request);
    const signal = signalOf(response);
    const asked = { callId, recordingId: recording };
    let opened: OpenedRecording;
    try {
      opened = await integrations.openRecording(callId, {
        ...(recording === undefined ? {} : { recordingId: recording }),
        ...(range === undefined ? {} : { range }),
        signal,
      });
    } catch (error) {
      if (range !== undefined && error instanceof ApiError && error.status === 416) {
        refuseRange(response, null);
        return;
      }
      await refusals.failed(response, asked, error);
      return;
    }
    if (opened.type === "nothing") {
      await refusals.nothing(response, asked, opened.state);
      return;
    }
    const { status, bytes, body } = opened;
    // An archive that has nothing of the range gives the whole, as some vendors do.
    if (range !== undefined && status === 200 && bytes !== null && isBehind(range, bytes)) {
      await letGo(body);
      refuseRange(response, bytes);
      return;
    }
    writeHead(response, opened);
    if (request.method === "HEAD" || signal.aborted) {
      await letGo(body);
      response.end();
      return;
    }
    const source = told(body, (error) => {
      if (signal.aborted) return;
      const code = error instanceof OffhookError ? error.code : "internal";
      const tag = error instanceof ApiError ? error.provider : "archive";
      logger.warn({ callId, code }, `[${tag}] recording broke off`);
    });
    // Part of it is out already: whoever listens sees that it broke off.
    await pipeline(source, response).catch(() => response.destroy());
  });
}

function writeHead(response: Response, { status, contentType, bytes, contentRange }: RecordingStream): void {
  response.status(status);
  response.setHeader("content-type", contentType);
  response.setHeader("accept-ranges", "bytes");
  response.setHeader("cache-control", "private, no-store");
  // It is only to be listened to: what a vendor sends is not run as a page.
  response.setHeader("content-security-policy", "sandbox; default-src 'none'");
  if (bytes !== null) response.setHeader("content-length", String(bytes));
  if (contentRange !== null) response.setHeader("content-range", contentRange);
}

/**
 * @param bytes how long the recording is; null where only the vendor knows, whose refusal does not hand it on. There is no
 *   way to write that: https://www.rfc-editor.org/rfc/rfc9110#section-14.4
 */
function refuseRange(response: Response, bytes: number | null): void {
  response.setHeader("accept-ranges", "bytes");
  if (bytes !== null) response.setHeader("content-range", `bytes */${bytes}`);
  refuse(response, "range_not_satisfiable");
}

/** A body that tells when it breaks off, and not when whoever reads it goes away. */
async function* told(
  body: ReadableStream<Uint8Array>,
  onFailure: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    onFailure(error);
    throw error;
  }
}

/** Lets go of what nobody reads. */
const letGo = (body: ReadableStream<Uint8Array>): Promise<void> => body.cancel().catch(() => undefined);
