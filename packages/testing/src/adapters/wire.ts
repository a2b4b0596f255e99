import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A request as its bytes go onto the wire. */
export interface WireRequest {
  readonly method: string;
  /** The request target, exactly. */
  readonly target: string;
  /** In this order and writing, also twice. `Host` and the length are added. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  /** The sizes of the chunks to send it in, the last one repeated; default: whole, with a length. */
  readonly chunks?: readonly number[];
}

/** A response as it came over the wire. */
export interface WireResponse {
  readonly status: number;
  /** Names in lower case; several values joined by a comma. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** How long a server may take. Milliseconds. */
const patienceMs = 25_000;

/**
 * Sends requests one after the other over one connection, and gives what each was answered. A server that says that it
 * closes the connection gets the next request on another.
 */
export async function exchange(port: number, requests: readonly WireRequest[]): Promise<WireResponse[]> {
  let connection = await open(port);
  try {
    const responses: WireResponse[] = [];
    for (const request of requests) {
      if (responses.at(-1)?.headers.get("connection")?.toLowerCase() === "close") {
        connection.socket.destroy();
        connection = await open(port);
      }
      // A server may answer, and hang up, before everything is sent.
      void send(connection.socket, request).catch(() => undefined);
      responses.push(await readResponse(connection, request.method));
    }
    return responses;
  } finally {
    connection.socket.destroy();
  }
}

/** Sends the head and a part of the body, and breaks off. */
export async function breakOff(port: number, request: WireRequest, sentBytes: number): Promise<void> {
  const { socket } = await open(port);
  socket.write(headOf(request, [["content-length", String(request.body.length)]]));
  socket.write(request.body.subarray(0, sentBytes));
  // Time for the server to begin reading.
  await new Promise((resolve) => setTimeout(resolve, 200));
  socket.destroy();
}

/** Sends the head and a part of the body, then nothing more, and waits for the answer. */
export async function stall(port: number, request: WireRequest, sentBytes: number): Promise<WireResponse> {
  const connection = await open(port);
  try {
    const length = request.chunks === undefined ? String(request.body.length) : undefined;
    const framing =
      length === undefined ? (["transfer-encoding", "chunked"] as const) : (["content-length", length] as const);
    connection.socket.write(headOf(request, [framing]));
    const sent = request.body.subarray(0, sentBytes);
    connection.socket.write(length === undefined ? chunkOf(sent) : sent);
    return await readResponse(connection, request.method);
  } finally {
    connection.socket.destroy();
  }
}

interface Connection {
  readonly socket: Socket;
  /** What came and was not read yet. */
  received: Buffer;
  hasEnded: boolean;
}

async function open(port: number): Promise<Connection> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  const connection: Connection = { socket, received: Buffer.alloc(0), hasEnded: false };
  socket.on("data", (chunk: Buffer) => {
    connection.received = Buffer.concat([connection.received, chunk]);
  });
  socket.on("close", () => {
    connection.hasEnded = true;
  });
  await once(socket, "connect");
  // A reset shows as an answer that does not come.
  socket.on("error", () => undefined);
  return connection;
}

function headOf({ method, target, headers }: WireRequest, further: readonly (readonly [string, string])[]): string {
  const lines = [["host", "hooks.example.com"], ...headers, ...further].map(([name, value]) => `${name}: ${value}`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`;
}

async function send(socket: Socket, request: WireRequest): Promise<void> {
  const { chunks, body, method } = request;
  if (chunks === undefined) {
    const isLong = body.length > 0 || method === "POST";
    socket.write(headOf(request, isLong ? [["content-length", String(body.length)]] : []));
    await write(socket, body);
    return;
  }
  socket.write(headOf(request, [["transfer-encoding", "chunked"]]));
  for (let offset = 0, index = 0; offset < body.length; index += 1) {
    const size = chunks[index] ?? chunks.at(-1) ?? body.length;
    const chunk = body.subarray(offset, offset + size);
    offset += size;
    await write(socket, chunkOf(chunk));
  }
  await write(socket, Buffer.from("0\r\n\r\n"));
}

const chunkOf = (bytes: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);

/** Waits for what is in the way: large bodies would lie in memory otherwise. */
async function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  const step = 256 * 1024;
  for (let offset = 0; offset < bytes.length; offset += step) {
    if (socket.destroyed) return;
    if (!socket.write(bytes.subarray(offset, offset + step))) {
      await drained(socket);
    }
  }
}

/** Resolves when there is room again, or nobody listens any more; leaves nothing attached. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      socket.off("drain", settle).off("close", settle);
      resolve();
    };
    socket.on("drain", settle).on("close", settle);
  });
}

async function readResponse(connection: Connection, method: string): Promise<WireResponse> {
  const head = (await takeUntil(connection, "\r\n\r\n")).toString("latin1");
  const [statusLine = "", ...lines] = head.split("\r\n");
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1]);
  // Interim answers: the real one follows.
  if (status === 100) return readResponse(connection, method);
  const headers = new Map<string, string>();
  for (const line of lines) {
    const name = line.slice(0, line.indexOf(":")).toLowerCase();
    const value = line.slice(line.indexOf(":") + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return { status, headers, body: await readBody(connection, method, status, headers) };
}

async function readBody(
  connection: Connection,
  method: string,
  status: number,
  headers: ReadonlyMap<string, string>,
): Promise<Buffer> {
  if (method === "HEAD" || status === 204) return Buffer.alloc(0);
  if (headers.get("transfer-encoding")?.toLowerCase() === "chunked") {
    const parts: Buffer[] = [];
    for (;;) {
      const size = Number.parseInt((await takeUntil(connection, "\r\n")).toString("latin1"), 16);
      if (!(size >= 0)) throw new Error("Response: expected the size of a chunk");
      parts.push(await take(connection, size));
      await takeUntil(connection, "\r\n");
      if (size === 0) return Buffer.concat(parts);
    }
  }
  const length = headers.get("content-length");
  if (length !== undefined) return take(connection, Number(length));
  await until(connection, () => connection.hasEnded);
  return take(connection, connection.received.length);
}

async function takeUntil(connection: Connection, mark: string): Promise<Buffer> {
  await until(connection, () => connection.received.includes(mark));
  const at = connection.received.indexOf(mark);
  const taken = connection.received.subarray(0, at);
  connection.received = connection.received.subarray(at + mark.length);
  return taken;
}

async function take(connection: Connection, size: number): Promise<Buffer> {
  await until(connection, () => connection.received.length >= size);
  const taken = connection.received.subarray(0, size);
  connection.received = connection.received.subarray(size);
  return taken;
}

async function until(connection: Connection, isSo: () => boolean): Promise<void> {
  const endMs = Date.now() + patienceMs;
  while (!isSo()) {
    if (connection.hasEnded) throw new Error("Connection: expected an answer, got its end");
    if (Date.now() > endMs) throw new Error(`Connection: expected an answer within ${patienceMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
