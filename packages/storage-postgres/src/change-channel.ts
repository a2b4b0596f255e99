import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import type { Connection } from "./connection.ts";
import type { PostgresClient, PostgresNotification, PostgresPool } from "./postgres-pool.ts";

/** How processes tell each other that a feed got something: nothing but a hint to look. */
export interface ChangeChannel {
  /**
   * Tells the others soon, once for all that comes within some milliseconds. Never in the writing transaction, where it
   * would make commits wait for each other.
   */
  tell(tenantIds: ReadonlySet<string>): void;
  /** Calls `wake` when somebody told. Resolves when it listens, or could not for the first time. */
  watch(tenantId: string, wake: () => void): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

const tellEveryMs = 40;
/** How long `watch` waits for the connection that listens. */
const readyWithinMs = 5_000;
/** How long closing waits for the last hint to be told. */
const closeWithinMs = 1_000;
const minPauseMs = 500;
const maxPauseMs = 30_000;

export function changeChannel(schema: string, pool: PostgresPool, connection: Connection): ChangeChannel {
  const channel = `offhook_${digest(schema)}`;
  const watchers = new Map<string, Set<() => void>>();
  const untold = new Set<string>();
  let telling: ReturnType<typeof setTimeout> | undefined;
  let listener: Listener | undefined;

  async function tellNow(): Promise<void> {
    clearTimeout(telling);
    telling = undefined;
    if (untold.size === 0) return;
    const payloads = [...untold];
    untold.clear();
    // Those who are not told look from time to time.
    await connection
      .read((session) =>
        session.query({ text: `select pg_notify('${channel}', payload) from unnest($1::text[]) as payload` }, [
          payloads,
        ]),
      )
      .catch(() => undefined);
  }

  function wake(payload: string | undefined): void {
    for (const [key, wakes] of watchers) {
      if (payload !== undefined && key !== payload) continue;
      for (const each of wakes) each();
    }
  }

  function unwatch(key: string, own: () => void): void {
    const wakes = watchers.get(key);
    wakes?.delete(own);
    if (wakes?.size === 0) watchers.delete(key);
    if (watchers.size > 0) return;
    listener?.stop();
    listener = undefined;
  }

  return {
    tell(tenantIds) {
      for (const tenantId of tenantIds) untold.add(digest(tenantId));
      if (untold.size === 0) return;
      telling ??= setTimeout(() => void tellNow(), tellEveryMs);
      telling.unref();
    },
    async watch(tenantId, callback) {
      const key = digest(tenantId);
      const own = (): void => callback();
      const wakes = watchers.get(key) ?? new Set();
      wakes.add(own);
      watchers.set(key, wakes);
      listener ??= new Listener(pool, channel, wake);
      await listener.ready;
      return async () => unwatch(key, own);
    },
    async close() {
      watchers.clear();
      listener?.stop();
      listener = undefined;
      await Promise.race([tellNow(), pause(closeWithinMs, undefined, { ref: false })]);
    },
  };
}

/** Names of any length and characters, short and plain. */
const digest = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);

/** The one connection that listens for all watchers; it connects again for as long as somebody watches. */
class Listener {
  /** When it listens, or could not for the first time. Never rejects. */
  readonly ready: Promise<void>;
  readonly #pool: PostgresPool;
  readonly #channel: string;
  readonly #wake: (payload: string | undefined) => void;
  #client: PostgresClient | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #pauseMs = minPauseMs;
  #stopped = false;

  constructor(pool: PostgresPool, channel: string, wake: (payload: string | undefined) => void) {
    this.#pool = pool;
    this.#channel = channel;
    this.#wake = wake;
    this.ready = Promise.race([this.#connect(), pause(readyWithinMs, undefined, { ref: false })]);
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
    this.#drop();
  }

  async #connect(): Promise<void> {
    // It would take the only connection for good.
    if (this.#pool.options?.max === 1) return;
    try {
      const client = await this.#pool.connect();
      if (this.#stopped) {
        client.release();
        return;
      }
      this.#client = client;
      client.on("error", () => this.#lost(client));
      client.on("end", () => this.#lost(client));
      client.on("notification", ({ channel, payload }: PostgresNotification) => {
        if (channel === this.#channel) this.#wake(payload);
      });
      await client.query({ text: `listen ${this.#channel}` });
      this.#pauseMs = minPauseMs;
    } catch {
      this.#drop();
      this.#connectLater();
    }
  }

  async #connectAgain(): Promise<void> {
    await this.#connect();
    // Whatever was told meanwhile was missed.
    if (this.#client !== undefined) this.#wake(undefined);
  }

  #lost(client: PostgresClient): void {
    if (this.#client !== client) return;
    this.#drop();
    this.#connectLater();
  }

  #connectLater(): void {
    if (this.#stopped) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#connectAgain(), this.#pauseMs * (0.5 + Math.random()));
    this.#retry.unref();
    this.#pauseMs = Math.min(this.#pauseMs * 2, maxPauseMs);
  }

  /** Not given back to others: it would go on listening. */
  #drop(): void {
    const client = this.#client;
    this.#client = undefined;
    client?.release(true);
  }
}
