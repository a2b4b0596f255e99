import { OffhookError, StorageError } from "@offhook/core";

/** What trying again does not mend. */
const lasting: ReadonlySet<string> = new Set(["EEXIST", "EISDIR", "ELOOP", "ENAMETOOLONG", "ENOTDIR", "EXDEV"]);

/** Does something with files, and throws a StorageError when they refuse. */
export async function onDisk<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OffhookError) throw error;
    const code = codeOf(error) ?? "no code";
    throw lasting.has(code)
      ? new StorageError("storage_failed", `Archive: the file system refused (${code})`, { cause: error })
      : new StorageError("storage_unavailable", `Archive: the file system is not available (${code})`, {
          cause: error,
        });
  }
}

/** The result, or undefined where there is no such file or folder. */
export async function unlessMissing<Result>(work: Promise<Result>): Promise<Result | undefined> {
  try {
    return await work;
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
