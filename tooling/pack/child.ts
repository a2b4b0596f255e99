import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** A program that runs until it is ended. */
export interface RunningProgram {
  /** Its next line that fits. Fails when the program ends, or after half a minute. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  end(): Promise<void>;
}

export function startProgram(
  project: string,
  command: readonly string[],
  variables: Readonly<Record<string, string>>,
): RunningProgram {
  const [program = process.execPath, ...args] = command;
  const child: ChildProcess = spawn(program, args, {
    cwd: project,
    env: { ...process.env, ...variables },
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (child.stdout === null) throw new Error("Expected a pipe, as was asked for");
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const late = AbortSignal.timeout(30_000);
  late.addEventListener("abort", () => child.kill("SIGKILL"));
  return {
    async line(pattern) {
      let written = "";
      for (;;) {
        const { value, done } = await lines.next();
        if (done === true) throw new Error(`"${command.join(" ")}" wrote no ${String(pattern)}, but:\n${written}`);
        written += `${value}\n`;
        const found = pattern.exec(value);
        if (found !== null) return found;
      }
    },
    async end() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
