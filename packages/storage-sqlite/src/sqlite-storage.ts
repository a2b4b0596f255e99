import { resolve } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import {
  ConfigurationError,
  StorageError,
  type RecordOf,
  type Reference,
  type Storage,
  type Stored,
  type Subject,
} from "@offhook/core";
import { getCheckpointOn } from "./checkpoints.ts";
import { connect, inMemory, prepare, whileBusy, type Connections, type ConnectOptions } from "./connection.ts";
import { deliveryColumns, toDelivery, type DeliveryRowWithBody } from "./delivery-rows.ts";
import { listChangesOn } from "./feed.ts";
import { healthOn } from "./health.ts";
import { listJobsOn, retryJobsOn } from "./job-lists.ts";
import { claimJobsOn, firstDueOn, settleJobOn } from "./jobs.ts";
import { keyReader } from "./key-index.ts";
import { keyText } from "./key-text.ts";
import { listsOn } from "./lists.ts";
import type { Migrate } from "./migrations.ts";
import { expireOn } from "./retention.ts";
import { toStorageError } from "./sqlite-error.ts";
import { subjectReader, type SubjectReader } from "./subject-table.ts";
import { transactionsOn } from "./transaction.ts";

export interface SqliteStorageOptions {
  /** The database file, made when missing; its folder has to exist. `":memory:"` keeps nothing, for tests. */
  readonly path: string;
  /**
   * What to do with a file whose schema is older than this package: `auto` brings it up to date, `check` refuses to
   * open it, `false` does not look. Default `auto`.
   */
  readonly migrate?: Migrate;
  /** How long to wait for other processes that write to the file. Default 5,000 ms. */
  readonly busyTimeoutMs?: number;
  /** Memory for pages, for each of the two connections. Default 64 MiB. */
  readonly cacheMebibytes?: number;
}

/**
 * Keeps everything in one SQLite file, with the driver that Node brings. What is committed survives a crash and a loss
 * of power. Several processes of one machine may share the file; network file systems do not work.
 *
 * @example
 * const storage = sqliteStorage({ path: "calls.db" });
 * @throws ConfigurationError `option_invalid` for a path that is empty or a time or size that is not positive.
 */
export function sqliteStorage(options: SqliteStorageOptions): Storage {
  const settings = checkOptions(options);
  let opened: OpenStorage | undefined;
  let opening: Promise<void> | undefined;
  let tail: Promise<unknown> = Promise.resolve();

  /** One after the other: there is one connection that writes. */
  function inTurn<Result>(action: () => Promise<Result>): Promise<Result> {
    const turn = tail.then(action);
    tail = turn.catch(() => undefined);
    return turn;
  }

  async function connectOnce(): Promise<void> {
    try {
      opened = await connectAndPrepare(settings);
    } catch (error) {
      // The next call tries again.
      opening = undefined;
      throw toStorageError(error);
    }
  }

  function ensureOpen(): OpenStorage {
    if (opened !== undefined) return opened;
    throw new StorageError("storage_unavailable", "SQLite storage: expected to be open, got closed: call open() first");
  }

  /** Runs in a transaction that holds the write lock from its begin. */
  function inTransaction<Result>(action: (storage: OpenStorage) => Result | Promise<Result>): Promise<Result> {
    return inTurn(() => transact(action));
  }

  async function transact<Result>(action: (storage: OpenStorage) => Result | Promise<Result>): Promise<Result> {
    const storage = ensureOpen();
    const { writer } = storage.connections;
    await begin(storage);
    try {
      const result = await action(storage);
      commit(writer);
      return result;
    } catch (error) {
      rollback(writer);
      throw error;
    }
  }

  /**
   * The same without waiting for the disk: the next write that waits takes it along. After a loss of power a claim may
   * not have happened, so that a job runs again, as after a crash in its middle; a page of an import is read again, by
   * the checkpoint that went with it. Nothing is promised to anybody else.
   */
  function inLightTransaction<Result>(action: (storage: OpenStorage) => Result | Promise<Result>): Promise<Result> {
    return inTurn(async () => {
      const { writer } = ensureOpen().connections;
      guarded(() => writer.exec("pragma synchronous = normal"));
      try {
        return await transact(action);
      } finally {
        guarded(() => writer.exec("pragma synchronous = full"));
      }
    });
  }

  async function begin({ connections: { writer, ensureFile } }: OpenStorage): Promise<void> {
    try {
      ensureFile();
      await whileBusy(settings.busyTimeoutMs, () => writer.exec("begin immediate"));
    } catch (error) {
      throw toStorageError(error);
    }
  }

  /** In memory there is one connection, on which a read would see what a transaction has not committed yet. */
  async function read<Result>(action: (storage: OpenStorage) => Result): Promise<Result> {
    const run = (): Result => {
      const storage = ensureOpen();
      try {
        return inSnapshot(storage.connections.reader, () => action(storage));
      } catch (error) {
        throw toStorageError(error);
      }
    };
    return settings.path === inMemory ? inTurn(async () => run()) : run();
  }

  return {
    open() {
      opening ??= inTurn(connectOnce);
      return opening;
    },
    async close() {
      // Whoever opens from now on opens anew, after this.
      opening = undefined;
      await inTurn(async () => {
        const storage = opened;
        opened = undefined;
        try {
          storage?.connections.close();
        } catch (error) {
          throw toStorageError(error);
        }
      });
    },
    write: (work, { durable = true } = {}) =>
      (durable ? inTransaction : inLightTransaction)(async ({ beginTransaction }) => {
        const { transaction, finish, end } = guarded(beginTransaction);
        try {
          const result = await work(transaction);
          guarded(finish);
          return result;
        } finally {
          end();
        }
      }),
    get: <S extends Subject>(subject: S, tenantId: string, reference: Pick<Reference, "provider" | "id">) =>
      read((storage): Stored<S> | undefined => {
        // The subject decides which of the two it is, which TypeScript cannot follow.
        const reader = storage.subjects[subject] as unknown as SubjectReader<S>;
        storage.index.refresh();
        const key = reader.keyOf(tenantId, reference);
        return key === undefined ? undefined : reader.read(key);
      }),
    list: <S extends Subject>(subject: S, query: Parameters<Storage["list"]>[1]) =>
      read(({ lists }): { data: readonly RecordOf<S>[]; nextCursor: string | null } => lists.records(subject, query)),
    getDelivery: (tenantId, id) => read(({ findDelivery }) => findDelivery(tenantId, id)),
    listDeliveries: (query) => read(({ lists }) => lists.deliveries(query)),
    async claimJobs(claim) {
      // Most often there is nothing to do, which takes no lock to find out.
      const nextRunAtMs = await read(({ firstDue }) => firstDue(claim.tenantId));
      if (nextRunAtMs === null || nextRunAtMs > claim.nowMs) return { jobs: [], nextRunAtMs };
      return inLightTransaction(({ claimJobs }) => guarded(() => claimJobs(claim)));
    },
    async settleJobs(settlements) {
      if (settlements.length === 0) return;
      await inLightTransaction(({ settleJob }) => guarded(() => settlements.forEach(settleJob)));
    },
    health: (tenantId) => read(({ health }) => health(tenantId)),
    listJobs: (query) => read(({ listJobs }) => listJobs(query)),
    retryJobs: (retry) => inTransaction(({ retryJobs }) => guarded(() => retryJobs(retry))),
    listChanges: (query) => read(({ listChanges }) => listChanges(query)),
    expire: (expiry) => inTransaction(({ expire }) => guarded(() => expire(expiry))),
    getCheckpoint: (tenantId, name) => read(({ getCheckpoint }) => getCheckpoint(tenantId, name)),
  };
}

type OpenStorage = ReturnType<typeof prepareStorage>;

async function connectAndPrepare(settings: ConnectOptions): Promise<OpenStorage> {
  const connections = await connect(settings);
  try {
    return prepareStorage(connections);
  } catch (error) {
    connections.close();
    throw error;
  }
}

/** Everything that is prepared once per connection. */
function prepareStorage(connections: Connections) {
  const { writer, reader } = connections;
  const index = keyReader(reader);
  const selectDelivery = prepare<DeliveryRowWithBody>(
    reader,
    `select ${deliveryColumns}, body from deliveries where tenant_id = ? and id = ?`,
  );
  return {
    connections,
    beginTransaction: transactionsOn(writer),
    claimJobs: claimJobsOn(writer),
    settleJob: settleJobOn(writer),
    retryJobs: retryJobsOn(writer),
    expire: expireOn(writer),
    index,
    subjects: { call: subjectReader(reader, "call", index), lead: subjectReader(reader, "lead", index) },
    lists: listsOn(reader),
    firstDue: firstDueOn(reader),
    listJobs: listJobsOn(reader),
    listChanges: listChangesOn(reader),
    getCheckpoint: getCheckpointOn(reader),
    health: healthOn(reader),
    findDelivery: (tenantId: string, id: string) => {
      const row = selectDelivery.get(keyText(tenantId), id);
      return row === undefined ? undefined : toDelivery(tenantId, row);
    },
  };
}

/** Several statements see one state of the file, whatever other processes commit in between. */
function inSnapshot<Result>(reader: DatabaseSync, action: () => Result): Result {
  reader.exec("begin");
  try {
    return action();
  } finally {
    reader.exec("commit");
  }
}

function commit(writer: DatabaseSync): void {
  guarded(() => writer.exec("commit"));
}

function rollback(writer: DatabaseSync): void {
  try {
    writer.exec("rollback");
  } catch {
    // After a full disk or an I/O error SQLite has rolled back by itself.
  }
}

function guarded<Result>(action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw toStorageError(error);
  }
}

function checkOptions(options: SqliteStorageOptions): ConnectOptions {
  const { path, migrate = "auto", busyTimeoutMs = 5_000, cacheMebibytes = 64 } = options;
  if (typeof path !== "string" || path === "") {
    throw new ConfigurationError("option_invalid", 'path: expected a file such as "calls.db", got none');
  }
  for (const [name, value] of Object.entries({ busyTimeoutMs, cacheMebibytes })) {
    if (Number.isInteger(value) && value > 0) continue;
    throw new ConfigurationError("option_invalid", `${name}: expected a positive whole number, got "${value}"`);
  }
  // Absolute, so that a later change of the working directory changes nothing.
  return { path: path === inMemory ? path : resolve(path), migrate, busyTimeoutMs, cacheMebibytes };
}
