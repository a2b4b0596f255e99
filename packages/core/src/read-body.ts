import { PayloadError } from "./errors.ts";

/** How long a body may take to arrive. */
export const bodyTimeoutMs = 15_000;

/** How long the rest of a refused body may still arrive, so that its sender gets to read the refusal. */
export const lingerMs = 1_000;

export function bodyTooLarge(maxBytes: number): PayloadError {
  return new PayloadError("body_too_large", `Body: expected at most ${maxBytes} bytes, got more`);
}

export function bodyTimedOut(): PayloadError {
  return new PayloadError(
    "body_timeout",
    `Body: expected to be complete within ${bodyTimeoutMs} ms, got an unfinished one`,
  );
}

export function bodyIncomplete(cause: unknown): PayloadError {
  return new PayloadError("payload_invalid", "Body: expected a complete one, got a broken connection", { cause });
}

/**
 * Reads the body of a Request whole. Only for a small one of a stated length, which its server holds it to: it cannot be
 * cut off.
 * @throws PayloadError `body_too_large`, `body_timeout`, or `payload_invalid` for a broken connection.
 */
export async function readWhole(request: Request, maxBytes: number, within: WithinTime): Promise<Uint8Array> {
  const body = new Uint8Array(await within(request.arrayBuffer()));
  // A Request that was made by hand can state anything.
  if (body.length > maxBytes) throw bodyTooLarge(maxBytes);
  return body;
}

/**
 * Reads a web stream, counting while it flows: what is too large is not kept.
 * @throws PayloadError `body_too_large`, `body_timeout`, or `payload_invalid` for a broken connection.
 */
export async function readStream(
  stream: ReadableStream<Uint8Array> | null,
  maxBytes: number,
  within: WithinTime,
): Promise<Uint8Array> {
  if (stream === null) return new Uint8Array();
  const reader = stream.getReader();
  const reading = readAll(reader, maxBytes);
  try {
    return await within(reading);
  } catch (error) {
    await throwAway(reader);
    throw error;
  }
}

/**
 * Lets the rest of a refused body arrive for a while: a server that hangs up over unread bytes, as workerd does, takes its
 * answer back. The reader is kept, because workerd lets none go that still waits.
 */
export async function throwAway(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), lingerMs);
  });
  const isOver = async (): Promise<boolean> => {
    const next = reader.read().then(
      ({ done }) => done,
      () => true,
    );
    return Promise.race([next, over]);
  };
  while (!(await isOver()));
  clearTimeout(timer);
  reader.cancel().catch(() => undefined);
}

/** Gives what is read of a body in time. @throws PayloadError `body_timeout`, or `payload_invalid` for what fails otherwise. */
export type WithinTime = <Value>(reading: Promise<Value>) => Promise<Value>;

/** What broke a body off, as what its sender is told. */
export const asRefusal = (error: unknown): unknown => (error instanceof PayloadError ? error : bodyIncomplete(error));

/** With a timer of its own, which is what every runtime has. */
export async function inTime<Value>(reading: Promise<Value>): Promise<Value> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timedOut = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(bodyTimedOut()), bodyTimeoutMs);
  });
  try {
    return await Promise.race([reading, timedOut]);
  } catch (error) {
    throw asRefusal(error);
  } finally {
    clearTimeout(timer);
  }
}

async function readAll(reader: ReadableStreamDefaultReader<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > maxBytes) throw bodyTooLarge(maxBytes);
    chunks.push(value);
  }
  const [only] = chunks;
  if (chunks.length === 1 && only !== undefined) return only;
  const body = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    body.set(chunk, offset);
    offset += chunk.length;
  }
  return body;
}
