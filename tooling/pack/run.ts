import { execFileSync } from "node:child_process";

/** Runs a command to its end and gives what it wrote; throws when it fails. */
export function run(cwd: string, command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  } catch (error) {
    // The tools write what is wrong to stdout.
    if (error instanceof Error && "stdout" in error) console.error(String(error.stdout));
    throw error;
  }
}
