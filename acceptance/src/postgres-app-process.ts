import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** An app on PostgreSQL as a process of its own, with all providers and a handler for every change. */
export interface PostgresApp {
  readonly address: string;
  /** Ids of the changes whose handlers began, in order, repetitions included. */
  readonly began: readonly string[];
  /** Ids of the changes whose handlers ended. */
  readonly ended: readonly string[];
  /** From now on handlers begin and do not end before `release`. */
  hold(): void;
  release(): void;
  /** Where its clock stands. Milliseconds since 1970. */
  setClock(nowMs: number): void;
  /**
   * What it has. Everything that it did before is in `began` and `ended` when this resolves.
   *
   * @param tidy whether it throws away what nobody needs first. Default false.
   * @throws Error with its log when it has ended.
   */
  memory(tidy?: boolean): Promise<MemoryInUse>;
  /** Ends it between two instructions, like a crash. */
  kill(): Promise<void>;
}

/** Bytes. */
interface MemoryInUse {
  /** Of the whole process. */
  readonly rss: number;
  /** By objects and buffers; those that nobody needs included, unless it was tidied up. */
  readonly inUse: number;
}

export interface AppOptions {
  readonly connectionString: string;
  readonly schema: string;
  /** Default: as Offhook has it. */
  readonly commitTimeoutMs?: number;
  /** Where its clock stands; default: it goes as usual. Milliseconds since 1970. */
  readonly nowMs?: number;
  /** Handlers begin and do not end before `release`. Default false. */
  readonly held?: boolean;
}

export type AppCommand =
  | { readonly type: "hold" | "release" }
  | { readonly type: "setClock"; readonly nowMs: number }
  | { readonly type: "report"; readonly tidy: boolean };

export type AppMessage =
  | { readonly type: "listening"; readonly address: string }
  | { readonly type: "began" | "ended"; readonly id: string }
  | ({ readonly type: "report" } & MemoryInUse);

const main = join(import.meta.dirname, "postgres-app.ts");
const keptLogLength = 4_000;

export async function startPostgresApp(options: AppOptions): Promise<PostgresApp> {
  const child = fork(main, [JSON.stringify(options)], {
    env: { PATH: process.env["PATH"], NODE_ENV: "production" },
    execArgv: ["--expose-gc"],
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const closed = once(child, "close");
  const endWithUs = (): void => void child.kill("SIGKILL");
  process.once("exit", endWithUs);
  void closed.then(() => process.off("exit", endWithUs));
  let log = "";
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    log = (log + chunk).slice(-keptLogLength);
  });

  const began: string[] = [];
  const ended: string[] = [];
  const listening = Promise.withResolvers<string>();
  const reports: ((memory: MemoryInUse) => void)[] = [];
  child.on("message", (message: AppMessage) => {
    switch (message.type) {
      case "listening":
        listening.resolve(message.address);
        break;
      case "began":
        began.push(message.id);
        break;
      case "ended":
        ended.push(message.id);
        break;
      case "report":
        reports.shift()?.(message);
        break;
    }
  });
  const gone = (): never => {
    throw new Error(`The app ended:\n${log}`);
  };
  closed.then(gone).catch(listening.reject);
  const address = await listening.promise;
  // One that has ended takes no commands, which `memory` tells of.
  const command = (each: AppCommand): void => void child.send(each, () => undefined);

  return {
    address,
    began,
    ended,
    hold: () => command({ type: "hold" }),
    release: () => command({ type: "release" }),
    setClock: (nowMs) => command({ type: "setClock", nowMs }),
    memory(tidy = false) {
      const report = Promise.withResolvers<MemoryInUse>();
      reports.push(report.resolve);
      closed.then(gone).catch(report.reject);
      command({ type: "report", tidy });
      return report.promise;
    },
    async kill() {
      child.kill("SIGKILL");
      await closed;
    },
  };
}
