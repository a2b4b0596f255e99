import { lstat, readdir } from "node:fs/promises";
import { join } from "node:path";
import { unlessMissing } from "./file-error.ts";
import { isOwn } from "./own-place.ts";
import { typeOfFolder } from "./type-folder.ts";

/** A recording as it was found. */
export interface StoredFile {
  readonly path: string;
  readonly contentType: string;
  readonly size: number;
  /** Of the file system; another file at the same path has another. */
  readonly id: number;
  readonly writtenAtMs: number;
}

/**
 * The files of a key, newest first. There are several where a recording was put again with another content type: taking
 * the other away could meet a process that does the same the other way around, and leave none.
 */
export async function filesOf(root: string, names: readonly string[]): Promise<readonly StoredFile[]> {
  const files: StoredFile[] = [];
  for (const folder of await readdir(root)) {
    const contentType = typeOfFolder(folder);
    if (contentType === undefined) continue;
    const path = join(root, folder, ...names);
    const found = (await isOwn(path)) ? await unlessMissing(lstat(path)) : undefined;
    if (found?.isFile() !== true) continue;
    files.push({ path, contentType, size: found.size, id: found.ino, writtenAtMs: found.mtimeMs });
  }
  return files.toSorted((left, right) => right.writtenAtMs - left.writtenAtMs);
}
