import { StorageError } from "@offhook/core";
import { close, constants, fstat, open, read } from "node:fs";
import { promisify } from "node:util";
import type { BytePart } from "./byte-range.ts";
import { onDisk } from "./file-error.ts";
import type { StoredFile } from "./stored-files.ts";

// Not the FileHandles of node:fs/promises: one that somebody forgets to read to its end ends the process on Node 26.
const [openFile, readFile, statFile, closeFile] = [
  promisify(open),
  promisify(read),
  promisify(fstat),
  promisify(close),
];

const chunkBytes = 65_536;

/**
 * A part of a file, read as it is asked for. The file is opened when somebody begins to read, and closed at the end, when it
 * fails, and when it is cancelled.
 */
export function fileStream(stored: StoredFile, { start, end }: BytePart): ReadableStream<Uint8Array> {
  let position = start;
  let file: number | undefined;
  let reading: Promise<unknown> = Promise.resolve();
  const closeOnce = async (): Promise<void> => {
    const opened = file;
    file = undefined;
    if (opened !== undefined) await closeFile(opened);
  };
  const readOn = async (): Promise<Uint8Array> => {
    file ??= await openAgain(stored);
    const buffer = new Uint8Array(Math.min(chunkBytes, end - position));
    const { bytesRead } = await readFile(file, buffer, 0, buffer.length, position);
    if (bytesRead === 0) throw new StorageError("storage_failed", "Archive: a recording has become shorter");
    position += bytesRead;
    return buffer.subarray(0, bytesRead);
  };
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          if (position < end) {
            const chunk = onDisk(readOn);
            reading = chunk.catch(() => undefined);
            controller.enqueue(await chunk);
          }
          if (position < end) return;
          await closeOnce();
          controller.close();
        } catch (error) {
          await closeOnce();
          throw error;
        }
      },
      async cancel() {
        // Closed under a read, the number may be that of another file by then.
        await reading;
        await closeOnce();
      },
    },
    { highWaterMark: 0 },
  );
}

async function openAgain({ path, id, size }: StoredFile): Promise<number> {
  // It may have become a link meanwhile; Windows cannot refuse it.
  const file = await openFile(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  const found = await statFile(file);
  if (found.ino === id && found.size === size) return file;
  await closeFile(file);
  throw new StorageError("storage_unavailable", "Archive: a recording was put again before it was read");
}
