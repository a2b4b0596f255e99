import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer } from "../delivery.ts";
import { lingerMs } from "../read-body.ts";

/** Writes an answer; does nothing where somebody else has answered or nobody listens any more. */
export function sendAnswer(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (!writeHead(request, response, answer, false)) return;
  if (hasBody(request, answer)) response.end(answer.body);
  else response.end();
}

/**
 * Writes an answer to a request whose body was not read to its end, and gives up the connection. The rest is thrown
 * away for a while first: a connection closed over unread bytes is reset, and a reset can overtake the answer.
 */
export function sendAnswerAndClose(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (!writeHead(request, response, answer, true)) return;
  if (hasBody(request, answer)) response.write(answer.body);
  else response.flushHeaders();

  const close = (): void => {
    clearTimeout(timer);
    request.off("end", close).off("close", close);
    response.end();
  };
  const timer = setTimeout(close, lingerMs);
  if (request.readableEnded || request.destroyed) close();
  else request.on("end", close).on("close", close).resume();
}

function writeHead(request: IncomingMessage, response: ServerResponse, answer: Answer, closes: boolean): boolean {
  if (response.headersSent || response.writableEnded || response.destroyed) return false;
  const { status, headers, body } = answer;
  response.writeHead(status, {
    ...headers,
    // A 204 has no length, not even zero (RFC 9110, 8.6).
    ...(status === 204 ? undefined : { "content-length": Buffer.byteLength(body) }),
    ...(closes ? { connection: "close" } : undefined),
  });
  return true;
}

function hasBody(request: IncomingMessage, { status }: Answer): boolean {
  return status !== 204 && request.method !== "HEAD";
}
