import { createHash } from "node:crypto";
import { StorageError } from "@offhook/core";
import { destroyClient, type PostgresClient, type PostgresQuery, type PostgresResult } from "./postgres-pool.ts";

/** SQL whose rows have a known shape. */
export interface Statement<Row> {
  /** Of the prepared statement; undefined: planned anew each time. */
  readonly name?: string;
  readonly text: string;
  /** Never set: carries the type alone. */
  readonly row?: Row;
}

/** @param text whose columns are the members of Row. A connection prepares it once, under a name made from it. */
export function prepared<Row = never>(text: string): Statement<Row> {
  return { name: `offhook_${createHash("sha256").update(text).digest("hex").slice(0, 24)}`, text };
}

/** Of PostgreSQL: serialization_failure. */
const conflictCode = "40001";

/** One connection, for as long as something is done with it. */
export class Session {
  readonly #client: PostgresClient;
  readonly #timer: ReturnType<typeof setTimeout>;
  readonly #timeoutMs: number;
  readonly #sent: Promise<unknown>[] = [];
  /** The statement that was given to the driver last. */
  #tail: Promise<unknown> = Promise.resolve();
  /** Rejects when the time is over or the connection breaks. */
  readonly broken: Promise<never>;
  #break: (error: Error) => void = () => undefined;
  /** The first one; what follows it in a transaction fails for its sake. */
  #failure: Error | undefined;

  /** @param timeoutMs after which whatever waits is given up, with the connection. */
  constructor(client: PostgresClient, timeoutMs: number, leftMs = timeoutMs) {
    this.#client = client;
    this.#timeoutMs = timeoutMs;
    this.broken = new Promise((_resolve, reject) => {
      this.#break = reject;
    });
    this.broken.catch(() => undefined);
    // While it is lent, nobody else listens, and an error without a listener ends the process.
    client.on("error", this.#onError);
    this.#timer = setTimeout(this.#onTimeout, leftMs);
  }

  /** Why the session cannot be used any more. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Resolves with the rows; waits for no statement that was sent before. */
  async run<Row>(statement: Statement<Row>, values: unknown[] = []): Promise<readonly Row[]> {
    const { rows } = await this.query(statement, values);
    // The statement's type says what its SQL selects.
    return rows as readonly Row[];
  }

  /** Sends without waiting for the answer; what goes wrong is thrown by `run` or `commit` later. */
  send(statement: Statement<never>, values: unknown[] = []): void {
    this.query(statement, values).catch(() => undefined);
  }

  query({ name, text }: Statement<unknown>, values?: unknown[]): Promise<PostgresResult> {
    const query = { text, ...(name === undefined ? {} : { name }), ...(values === undefined ? {} : { values }) };
    const answer = Promise.race([this.#ask(query), this.broken]).catch((error: unknown) => {
      this.#failure ??= error instanceof Error ? error : new Error(String(error));
      throw this.#failure;
    });
    this.#sent.push(answer);
    return answer;
  }

  /** The driver is given one statement after the other, unless it sends each at once by itself. */
  #ask(query: PostgresQuery): Promise<PostgresResult> {
    if (this.#client.pipeline === true) return this.#client.query(query);
    const answer = this.#tail.then(() => this.#client.query(query));
    this.#tail = answer.catch(() => undefined);
    return answer;
  }

  /** @throws the first error of the transaction, whose effects are then gone. */
  async commit(): Promise<void> {
    const committed = this.query({ text: "commit" });
    await Promise.allSettled(this.#sent);
    const { command } = await committed;
    if (this.#failure !== undefined) throw this.#failure;
    // A transaction that failed is rolled back by "commit" without an error.
    if (command === "COMMIT") return;
    throw new StorageError("storage_failed", `PostgreSQL: commit: expected COMMIT, got ${command}`);
  }

  /** Ends the transaction without effect. A connection that does so is as good as new. */
  async rollback(): Promise<void> {
    await this.query({ text: "rollback" }).then(
      () => (this.#failure = undefined),
      () => undefined,
    );
  }

  /** Makes the whole transaction run again. */
  conflict(reason: string): never {
    this.#failure ??= Object.assign(new Error(reason), { code: conflictCode });
    throw this.#failure;
  }

  /** Gives the connection back; one that failed is not used again, since who knows what it still waits for. */
  release(): void {
    clearTimeout(this.#timer);
    this.#client.removeListener("error", this.#onError);
    if (this.#failure === undefined) {
      this.#client.release();
      return;
    }
    // Closing its socket may make it say so.
    this.#client.on("error", () => undefined);
    destroyClient(this.#client, this.#failure);
  }

  readonly #onError = (error: Error): void => {
    this.#failure ??= error;
    this.#break(error);
  };

  readonly #onTimeout = (): void => {
    this.#onError(
      new StorageError("storage_unavailable", `PostgreSQL: expected an answer within ${this.#timeoutMs} ms, got none`),
    );
  };
}
