import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A server as a process of its own, as in production. */
export interface ServerProcess {
  readonly address: string;
  /** How it ended, whoever ended it. */
  readonly ended: Promise<ProcessEnd>;
  /** Ends it between two instructions, like a crash. */
  kill(): Promise<void>;
  /** Ends it in order. @returns the exit code. */
  stop(): Promise<number | null>;
}

interface ProcessEnd {
  /** Null after a signal. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Half of a start is compiling, and there are many starts. */
const codeCache = join(import.meta.dirname, "../node_modules/.cache/code");
const exampleServer = join(import.meta.dirname, "../../examples/server/src/main.ts");

/**
 * @param variables beside which the server knows no other environment.
 * @param script with its arguments; default: the example server. It writes where it listens as the example server does.
 */
export async function startServerProcess(
  variables: { readonly [name: string]: string },
  script: readonly string[] = [exampleServer],
): Promise<ServerProcess> {
  const child = spawn(process.execPath, script, {
    env: {
      PATH: process.env["PATH"],
      NODE_COMPILE_CACHE: codeCache,
      NODE_ENV: "production",
      HOST: "127.0.0.1",
      PORT: "0",
      ...variables,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close").then((end): ProcessEnd => {
    // The event has exactly these arguments.
    const [code, signal] = end as [ProcessEnd["code"], ProcessEnd["signal"]];
    return { code, signal };
  });
  const endWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", endWithUs);
  void ended.then(() => process.off("exit", endWithUs));
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    errors += chunk;
  });
  const address = await new Promise<string>((resolve, reject) => {
    // Reads on to the end, so that the pipe never fills.
    createInterface(child.stdout).on("line", (line) => {
      if (!line.includes('"Listening"')) return;
      resolve((JSON.parse(line) as { address: string }).address);
    });
    ended.then(({ code }) => reject(new Error(`The server ended with code ${code}:\n${errors}`)), reject);
  });
  return {
    address,
    ended,
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    async stop() {
      child.kill("SIGTERM");
      return (await ended).code;
    },
  };
}
