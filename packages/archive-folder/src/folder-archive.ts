import { ConfigurationError, type RecordingArchive, type RecordingStream } from "@offhook/core";
import { realpath, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { partOf } from "./byte-range.ts";
import { codeOf, onDisk, unlessMissing } from "./file-error.ts";
import { fileStream } from "./file-stream.ts";
import { abandonedAfterMs, discard, sweepIncoming, writeIncoming } from "./incoming.ts";
import { namesOf } from "./key-path.ts";
import { flushFolders, isOwn, makeFolder } from "./own-place.ts";
import { filesOf, type StoredFile } from "./stored-files.ts";
import { folderOfType } from "./type-folder.ts";

export interface FolderArchiveOptions {
  /** The folder, made when missing. All of it on one file system; several processes may share it. */
  readonly path: string;
}

/**
 * Keeps recordings as files: `<path>/<content type>/<key>`, byte for byte as they came.
 *
 * `get` gives a part for a range of one part, and the whole for a range that cannot be had. A key cannot be the folder of
 * another one: of `a` and `a/b` the second is refused. Links below the folder are not followed.
 *
 * @throws ConfigurationError `option_invalid`, also from the methods for a key or content type that is none; StorageError
 *   from the methods when the file system refuses.
 */
export function folderArchive({ path }: FolderArchiveOptions): RecordingArchive {
  if (path === "")
    throw new ConfigurationError("option_invalid", "folderArchive: expected the path of a folder, got none");
  const given = resolve(path);
  let sweptAtMs = -Infinity;

  /** The folder itself, behind links that lead to it; undefined where there is none yet. */
  async function findRoot(): Promise<string | undefined> {
    const root = await unlessMissing(realpath(given));
    if (root !== undefined && Date.now() - sweptAtMs > abandonedAfterMs) {
      sweptAtMs = Date.now();
      // It is never served, so that whatever stays does so until the next time.
      await sweepIncoming(root).catch(() => undefined);
    }
    return root;
  }

  async function makeRoot(): Promise<string> {
    const first = await makeFolder(given);
    if (first !== undefined) await flushFolders(given, dirname(first));
    return (await findRoot()) ?? given;
  }

  return {
    async put(key, { contentType, body }) {
      try {
        const place = [folderOfType(contentType), ...namesOf(key)];
        const root = await onDisk(makeRoot);
        const incoming = await writeIncoming(root, body);
        await onDisk(() => moveIn(incoming, root, join(root, ...place)));
      } catch (error) {
        // A failure before the first byte leaves it open.
        body.cancel(error).catch(() => undefined);
        throw error;
      }
    },

    async get(key, range) {
      const names = namesOf(key);
      return onDisk(async () => {
        const root = await findRoot();
        if (root === undefined) return undefined;
        const [newest] = await filesOf(root, names);
        return newest === undefined ? undefined : streamOf(newest, range);
      });
    },

    async remove(key) {
      const names = namesOf(key);
      await onDisk(async () => {
        const root = await findRoot();
        if (root === undefined) return;
        for (const file of await filesOf(root, names)) await removeFile(file.path, root);
      });
    },
  };
}

function streamOf(file: StoredFile, range: string | undefined): RecordingStream {
  const { contentType, size } = file;
  const part = range === undefined ? undefined : partOf(range, size);
  const { start, end } = part ?? { start: 0, end: size };
  return {
    status: part === undefined ? 200 : 206,
    contentType,
    bytes: end - start,
    contentRange: part === undefined ? null : `bytes ${start}-${end - 1}/${size}`,
    body: fileStream(file, { start, end }),
  };
}

/** Gives a complete file its name, for good. */
async function moveIn(incoming: string, root: string, path: string): Promise<void> {
  const folder = dirname(path);
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await makeFolder(folder);
        await isOwn(folder);
        await isOwn(path);
        await rename(incoming, path);
        break;
      } catch (error) {
        // Whoever removes the last recording of a folder removes the folder.
        if (codeOf(error) !== "ENOENT" || attempt === 3) throw error;
      }
    }
  } catch (error) {
    await discard(incoming);
    throw error;
  }
  await flushFolders(folder, root);
}

async function removeFile(path: string, root: string): Promise<void> {
  await rm(path, { force: true });
  let folder = dirname(path);
  await flushFolders(folder, folder);
  // A folder that is not empty refuses.
  while (folder !== root && (await isGone(folder))) folder = dirname(folder);
}

const isGone = (folder: string): Promise<boolean> =>
  rmdir(folder).then(
    () => true,
    () => false,
  );
