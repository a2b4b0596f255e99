import { randomUUID } from "node:crypto";
import { lstat, open, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { onDisk, unlessMissing } from "./file-error.ts";
import { isOwn, makeFolder } from "./own-place.ts";

/** In the archive's folder, so that what is complete only has to be renamed; no content type has a folder of that name. */
const folderName = ".incoming";

/** Nobody waits that long between two chunks. */
export const abandonedAfterMs = 60 * 60_000;

/**
 * Writes a body to a file that is no recording yet, and flushes it. The body's own errors are passed on as they are.
 * @returns its path; when it fails nothing is left, and the body is cancelled.
 */
export async function writeIncoming(root: string, body: ReadableStream<Uint8Array>): Promise<string> {
  const path = join(root, folderName, randomUUID());
  const file = await onDisk(async () => {
    await makeFolder(join(root, folderName));
    await isOwn(join(root, folderName));
    return open(path, "wx", 0o600);
  });
  try {
    try {
      for await (const chunk of body) await onDisk(() => file.appendFile(chunk));
      await onDisk(() => file.sync());
    } finally {
      await onDisk(() => file.close());
    }
    return path;
  } catch (error) {
    await discard(path);
    throw error;
  }
}

/** Removes what became no recording. What cannot be removed is swept later. */
export async function discard(path: string): Promise<void> {
  await rm(path, { force: true }).catch(() => undefined);
}

/** Removes what processes that were killed have left. Others may be writing to what is young. */
export async function sweepIncoming(root: string): Promise<void> {
  const folder = join(root, folderName);
  if (!(await isOwn(folder))) return;
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const found = await unlessMissing(lstat(path));
    if (found?.isFile() === true && Date.now() - found.mtimeMs > abandonedAfterMs) await discard(path);
  }
}
