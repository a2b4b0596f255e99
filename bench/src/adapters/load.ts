import { createHmac } from "node:crypto";
import { connect, type Socket } from "node:net";
import { benchPath, secret, signatureHeader } from "./receivers.ts";

/** Distinct signed requests as they go onto the wire, because equal ones are duplicates. */
export function makeRequests(count: number, bodyBytes: number): Buffer[] {
  const filler = JSON.stringify({ transcript: "The quick brown fox. ".repeat(Math.ceil(bodyBytes / 21)) });
  return Array.from({ length: count }, (_, index) => {
    const body = Buffer.from(`{"call":"c${index}","about":${filler.slice(0, bodyBytes)}`);
    const signature = createHmac("sha256", secret).update(body).digest("hex");
    const head = [
      `POST ${benchPath} HTTP/1.1`,
      "host: hooks.example.com",
      "content-type: application/json",
      "user-agent: bench",
      `${signatureHeader}: ${signature}`,
      `content-length: ${body.length}`,
    ];
    return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), body]);
  });
}

/** Sends all requests over some connections, one after the other on each. @returns requests a second. */
export async function load(port: number, requests: readonly Buffer[], connections: number): Promise<number> {
  let next = 0;
  const take = (): Buffer | undefined => requests[next++];
  const startMs = performance.now();
  await Promise.all(Array.from({ length: connections }, () => drive(port, take)));
  return (requests.length / (performance.now() - startMs)) * 1_000;
}

function drive(port: number, take: () => Buffer | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    let received = "";
    socket.on("error", reject);
    socket.on("connect", () => sendNext(socket));
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      const end = endOfResponse(received);
      if (end === undefined) return;
      if (!received.startsWith("HTTP/1.1 200 ")) {
        reject(new Error(`Expected 200, got ${received.slice(0, 200)}`));
        socket.destroy();
        return;
      }
      received = received.slice(end);
      sendNext(socket);
    });

    function sendNext(on: Socket): void {
      const request = take();
      if (request !== undefined) on.write(request);
      else on.end(() => resolve());
    }
  });
}

/** Undefined while there is more to come. */
function endOfResponse(text: string): number | undefined {
  const head = text.indexOf("\r\n\r\n");
  if (head === -1) return undefined;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, head))?.[1];
  if (length !== undefined) {
    const end = head + 4 + Number(length);
    return text.length >= end ? end : undefined;
  }
  const last = text.indexOf("\r\n0\r\n\r\n", head);
  return last === -1 ? undefined : last + 7;
}
