import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

/** Makes a folder that only this user may enter; one that exists is left as it is. */
export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

/** Writes a file that only this user may read, in place of one that is there. */
export function writePrivateFile(path: string, text: string): void {
  writeFileSync(path, text, { mode: 0o600 });
}

/** The file's text; `make` writes it the first time. Two processes that start at once agree on the first one's. */
export function readOrCreatePrivateFile(path: string, make: () => string): string {
  const found = readPrivateFile(path);
  if (found !== undefined) return found;
  try {
    writeFileSync(path, make(), { mode: 0o600, flag: "wx" });
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  }
  return readFileSync(path, "utf8");
}

/** Undefined when there is no such file. */
export function readPrivateFile(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
