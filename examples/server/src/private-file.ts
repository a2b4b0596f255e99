import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";

/** Makes a folder that only this user may enter; one that exists is left as it is. */
export function makePrivateFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

/** Writes a file that only this user may read, in place of one that is there. */
export function writePrivateFile(path: string, text: string): void {
  renameSync(writeBeside(path, text), path);
}

/** The file's text; `make` writes it the first time. Two processes that start at once agree on the first one's. */
export function readOrCreatePrivateFile(path: string, make: () => string): string {
  const found = readPrivateFile(path);
  // An empty one is what a crash or a full disk leaves behind.
  if (found !== undefined && found !== "") return found;
  if (found === "") rmSync(path, { force: true });
  const written = writeBeside(path, make());
  try {
    linkSync(written, path);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  } finally {
    rmSync(written, { force: true });
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

/** Written whole before it has its name, so that nobody reads a half of it. */
function writeBeside(path: string, text: string): string {
  const beside = `${path}.${process.pid}`;
  rmSync(beside, { force: true });
  writeFileSync(beside, text, { mode: 0o600, flag: "wx" });
  return beside;
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
