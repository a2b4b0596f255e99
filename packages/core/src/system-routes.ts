import { informed } from "./answers.ts";
import type { Answer, IncomingRequest } from "./delivery.ts";
import { headerOf, journalHeaders, mediaTypeOf } from "./headers.ts";
import { bodyTooLarge } from "./read-body.ts";
import { version } from "./version.ts";

/** Bytes that the test and echo routes read. */
const maxBytes = 16 * 1024;
const decoder = new TextDecoder();

/** What a GET on any webhook address tells. */
export function describeRoute(path: string, message: string, methods: readonly string[]): Answer {
  return informed({ success: true, message, endpoint: path, methods, version });
}

/** Says how a request arrived, without storing or repeating it: for checking an address, a proxy, a body parser. */
export async function answerTest(path: string, request: IncomingRequest): Promise<Answer> {
  if (request.method === "GET" || request.method === "HEAD") {
    return describeRoute(path, "Webhook address check: POST anything to see how it arrives", ["GET", "POST"]);
  }
  const body = await readSmall(request);
  const contentType = headerOf(request.headers, "content-type") ?? null;
  return informed({
    success: true,
    message: "The request arrived; nothing of it was stored",
    endpoint: path,
    methods: ["GET", "POST"],
    version,
    received: {
      method: request.method,
      contentType: contentType === null ? null : mediaTypeOf(contentType),
      bodyBytes: body.length,
      isJson: isJson(decoder.decode(body)),
      signatureHeaders: Object.keys(request.headers).filter((name) => name.includes("signature")),
    },
  });
}

/** Repeats a request as JSON. Never as HTML, and never a secret. */
export async function answerEcho(request: IncomingRequest): Promise<Answer> {
  const body = await readSmall(request);
  return informed({
    success: true,
    method: request.method,
    url: request.url,
    headers: journalHeaders(request.headers, []),
    body: decoder.decode(body),
  });
}

async function readSmall({ body }: IncomingRequest): Promise<Uint8Array> {
  if (typeof body === "function") return body(maxBytes);
  if (body.length > maxBytes) throw bodyTooLarge(maxBytes);
  return body;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
