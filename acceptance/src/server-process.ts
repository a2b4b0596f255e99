import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The example server as a process of its own, as in production. */
export interface ServerProcess {
  readonly address: string;
  /** Ends it between two instructions, like a crash. */
  kill(): Promise<void>;
  /** Ends it in order. @returns the exit code. */
  stop(): Promise<number | null>;
}

const main = join(import.meta.dirname, "../../examples/server/src/main.ts");

/** @param variables beside which the server knows no other environment. */
export async function startServerProcess(variables: { readonly [name: string]: string }): Promise<ServerProcess> {
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env["PATH"], NODE_ENV: "production", HOST: "127.0.0.1", PORT: "0", ...variables },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close").then(([code]) => code as number | null);
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
    ended.then((code) => reject(new Error(`The server ended with code ${code}:\n${errors}`)), reject);
  });
  return {
    address,
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
    async stop() {
      child.kill("SIGTERM");
      return ended;
    },
  };
}
