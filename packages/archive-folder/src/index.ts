/**
 * Keeps Offhook's call recordings in a folder.
 * @module index
 */

export { folderArchive } from "./folder-archive.ts";
export type { FolderArchiveOptions } from "./folder-archive.ts";
