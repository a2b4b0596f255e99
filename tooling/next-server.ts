import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";

/** A Next app in production, as a process of its own, for tests. */
export interface NextServer {
  /** On 127.0.0.1. */
  readonly port: number;
  /** What it has written until now. */
  output(): string;
  close(): Promise<void>;
}

export interface NextServerOptions {
  /** Where the app is. */
  readonly folder: string;
  /** Environment of the app. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Where the server runs; default: the app's folder. */
  readonly workingFolder?: string;
}

/** Builds an app as `next build` does, into `.next` in its folder. */
export async function buildNextApp({ folder, variables }: NextServerOptions): Promise<void> {
  const options = { cwd: folder, env: environment(variables) };
  await promisify(execFile)(process.execPath, [nextOf(folder), "build", folder], options);
}

/** Serves what was built, as `next start` does, on a free port. */
export async function startNextApp({ folder, variables, workingFolder }: NextServerOptions): Promise<NextServer> {
  const args = [nextOf(folder), "start", folder, "--port", "0", "--hostname", "127.0.0.1"];
  const options = { cwd: workingFolder ?? folder, env: environment(variables) };
  const child = spawn(process.execPath, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  const endWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", endWithUs);
  child.once("exit", () => process.off("exit", endWithUs));
  let text = "";
  const port = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`next start: expected a server, got its end: ${text}`)));
    // Read on to the end, so that the pipes never fill.
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
        const [, found] = /http:\/\/127\.0\.0\.1:(\d+)[^]*Ready/.exec(text) ?? [];
        if (found !== undefined) resolve(Number(found));
      });
    }
  });
  // It says that it is ready before it is.
  await fetch(`http://127.0.0.1:${port}/_next/static/nothing`);
  return { port, output: () => text, close: () => end(child) };
}

const nextOf = (folder: string): string => createRequire(join(folder, "package.json")).resolve("next/dist/bin/next");

/** Nothing of the developer's own, where NODE_ENV is "test" besides. */
function environment(variables: NextServerOptions["variables"]): NodeJS.ProcessEnv {
  const { PATH, HOME } = process.env;
  return { PATH, HOME, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", ...variables };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
