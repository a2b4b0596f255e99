import { StorageError } from "@offhook/core";
import { mkdir, open, realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { codeOf, unlessMissing } from "./file-error.ts";

/**
 * Makes a folder, for nobody else to read, with those above it.
 * @returns the first of them that was not there.
 */
export function makeFolder(path: string): Promise<string | undefined> {
  return mkdir(path, { recursive: true, mode: 0o700 });
}

/**
 * Whether there is something at a path, which has no links in it as far as it is the archive's own.
 * @throws StorageError where a link stands on the way, or a name that differs in case only: it is not what was asked for.
 */
export async function isOwn(path: string): Promise<boolean> {
  const real = await unlessMissing(realpath(path));
  if (real === undefined) return false;
  if (real === path) return true;
  throw new StorageError(
    "storage_failed",
    "Archive: expected a file or folder of its own, got a link, or one whose name differs in upper and lower case",
  );
}

/**
 * Makes names that were given or taken away last through a loss of power: those in a folder, and the folder's own in those
 * above it, up to one that is known to last. Somebody else may have made them, and not have come to this.
 */
export async function flushFolders(from: string, to: string): Promise<void> {
  for (let folder = from; ; folder = dirname(folder)) {
    await unlessMissing(flush(folder));
    if (folder.length <= to.length) return;
  }
}

async function flush(path: string): Promise<void> {
  // Opens no folders, and writes names at once.
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } catch (error) {
    // What file systems say that cannot, such as some over a network.
    if (codeOf(error) !== "EINVAL" && codeOf(error) !== "ENOTSUP") throw error;
  } finally {
    await folder.close();
  }
}
