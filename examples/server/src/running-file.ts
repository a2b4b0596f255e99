import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Environment } from "./environment.ts";
import { readPrivateFile, writePrivateFile } from "./private-file.ts";

/** Where a running server is found by the simulator, whatever port it took. */
export interface Running {
  readonly address: string;
  readonly publicUrl: string;
  readonly pid: number;
}

const runningFile = ({ dataFolder }: Pick<Environment, "dataFolder">): string => join(dataFolder, "running.json");

export function writeRunning(environment: Environment, running: Running): void {
  writePrivateFile(runningFile(environment), `${JSON.stringify(running)}\n`);
}

/** Undefined when the server that wrote it was killed. */
export function findRunning(environment: Environment): Running | undefined {
  const text = readPrivateFile(runningFile(environment));
  // Only writeRunning writes it.
  const running = text === undefined ? undefined : (JSON.parse(text) as Running);
  return running !== undefined && isAlive(running.pid) ? running : undefined;
}

function isAlive(pid: number): boolean {
  try {
    // Signal 0 asks and does nothing.
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Leaves the file of a server that has started since. */
export function removeRunning(environment: Environment): void {
  if (findRunning(environment)?.pid === process.pid) rmSync(runningFile(environment), { force: true });
}
