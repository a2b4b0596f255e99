import { StorageError, type RecordOf, type Reference, type Storage, type Stored, type Subject } from "@offhook/core";
import { changeChannel, type ChangeChannel } from "./change-channel.ts";
import { changeFeed } from "./change-feed.ts";
import { checkpointsIn } from "./checkpoints.ts";
import { connectionOver, type Connection } from "./connection.ts";
import { deliveryTable } from "./delivery-table.ts";
import { healthIn } from "./health.ts";
import { jobsIn } from "./jobs.ts";
import { listsIn } from "./lists.ts";
import { checkVersion, migrateSchema } from "./migrations.ts";
import { toStorageError } from "./postgres-error.ts";
import { checkOptions, type PostgresStorageOptions, type Settings } from "./postgres-options.ts";
import type { PostgresPool } from "./postgres-pool.ts";
import type { Session } from "./session.ts";
import { subjectTable, type SubjectTable } from "./subject-table.ts";
import { transactionsOver } from "./transaction.ts";

/** Every ability, and the schema's migration. */
export interface PostgresStorage extends Required<Storage> {
  /**
   * Brings the schema up to date; needs rights to make it where it is not. Several processes may call it at once, and
   * it may be called before `open()`.
   *
   * @throws StorageError `storage_outdated` when the schema is newer than this package.
   */
  migrate(): Promise<void>;
}

/**
 * Keeps everything in PostgreSQL, in a schema of its own, for any number of processes. What is committed is as durable
 * as the server's `synchronous_commit` says.
 *
 * @example
 * const storage = postgresStorage({ connectionString: process.env["DATABASE_URL"] });
 * await storage.migrate();
 * @throws ConfigurationError `option_invalid` unless there is either a pool or a connection string, for a schema with
 * other characters, and for a time that is not positive.
 */
export function postgresStorage(options: PostgresStorageOptions): PostgresStorage {
  const settings = checkOptions(options);
  const tables = tablesOf(`"${settings.schema}"`);
  const running = new Set<Promise<unknown>>();
  let opened: OpenStorage | undefined;
  let opening: Promise<void> | undefined;
  let closing: Promise<void> = Promise.resolve();

  async function openOnce(): Promise<void> {
    await closing;
    const storage = connect(settings);
    try {
      if (settings.migrate === "auto") await migrateOver(storage, settings.schema);
      await storage.connection.read(async (session) => {
        if (settings.migrate === "check") await checkVersion(session, settings.schema);
        else await session.query({ text: "select" });
      });
      opened = storage;
    } catch (error) {
      // The next call tries again.
      opening = undefined;
      await storage.close();
      throw toStorageError(error);
    }
  }

  async function closeOnce(before: Promise<void> | undefined): Promise<void> {
    await before?.catch(() => undefined);
    const storage = opened;
    opened = undefined;
    await Promise.allSettled(running);
    await storage?.close();
  }

  /** Runs while it is open; closing waits for it. */
  async function use<Result>(action: (storage: OpenStorage) => Promise<Result>): Promise<Result> {
    if (opened === undefined) {
      throw new StorageError(
        "storage_unavailable",
        "PostgreSQL storage: expected to be open, got closed: call open() first",
      );
    }
    const work = action(opened);
    running.add(work);
    try {
      return await work;
    } finally {
      running.delete(work);
    }
  }

  const read = <Result>(action: (session: Session) => Promise<Result>): Promise<Result> =>
    use(({ connection }) => connection.read(action));
  const transact = <Result>(action: (session: Session) => Promise<Result>): Promise<Result> =>
    use(({ connection }) => connection.transact(action));

  /** Gives every committed change its place in the feed. */
  async function placeChanges(connection: Connection, tenantId: string): Promise<void> {
    while (await connection.transact((session) => tables.feed.place(session, tenantId)));
  }

  return {
    open() {
      opening ??= openOnce();
      return opening;
    },
    close() {
      const before = opening;
      opening = undefined;
      closing = Promise.all([closing, closeOnce(before)]).then(() => undefined);
      return closing;
    },
    async migrate() {
      const storage = opened ?? connect(settings);
      try {
        await migrateOver(storage, settings.schema);
      } catch (error) {
        throw toStorageError(error);
      } finally {
        if (storage !== opened) await storage.close();
      }
    },
    write: (work, { durable = true } = {}) =>
      use(async ({ connection, channel }) => {
        const written = await connection[durable ? "transact" : "transactLightly"](async (session) => {
          const { transaction, changedTenants, finish, end } = tables.beginTransaction(session);
          try {
            const result = await work(transaction);
            await finish();
            return { result, changedTenants };
          } finally {
            end();
          }
        });
        channel.tell(written.changedTenants);
        return written.result;
      }),
    get: <S extends Subject>(subject: S, tenantId: string, reference: Pick<Reference, "provider" | "id">) =>
      read((session): Promise<Stored<S> | undefined> => {
        // The subject decides which of the two it is, which TypeScript cannot follow.
        const table = (subject === "call" ? tables.calls : tables.leads) as unknown as SubjectTable<S>;
        return table.find(session, tenantId, reference);
      }),
    list: <S extends Subject>(subject: S, query: Parameters<Storage["list"]>[1]) =>
      read((session): Promise<{ data: readonly RecordOf<S>[]; nextCursor: string | null }> =>
        tables.lists.records(session, subject, query),
      ),
    getDelivery: (tenantId, id) => read((session) => tables.deliveries.find(session, tenantId, id)),
    listDeliveries: (query) => read((session) => tables.lists.deliveries(session, query)),
    claimJobs: (claim) =>
      use(async ({ connection }) => {
        // Most often there is nothing to do, which takes no lock to find out.
        const nextRunAtMs = await connection.read((session) => tables.jobs.firstDue(session, claim.tenantId));
        if (nextRunAtMs === null || nextRunAtMs > claim.nowMs) return { jobs: [], nextRunAtMs };
        return connection.transactLightly((session) => tables.jobs.claim(session, claim));
      }),
    async settleJobs(settlements) {
      if (settlements.length === 0) return;
      await use(({ connection }) =>
        connection.transactLightly(async (session) => tables.jobs.settle(session, settlements)),
      );
    },
    health: (tenantId) =>
      use(({ connection, pool }) => connection.read((session) => tables.health(session, pool, tenantId))),
    listJobs: (query) => read((session) => tables.jobs.list(session, query)),
    retryJobs: (retry) => transact((session) => tables.jobs.retry(session, retry)),
    listChanges: (query) =>
      use(async ({ connection }) => {
        const listed = await connection.read((session) => tables.feed.list(session, query));
        if (!listed.hasUnplaced) return listed.page;
        await placeChanges(connection, query.tenantId);
        return (await connection.read((session) => tables.feed.list(session, query))).page;
      }),
    watchChanges: (tenantId, wake) => use(({ channel }) => channel.watch(tenantId, wake)),
    expire: (expiry) =>
      use(async ({ connection }) => {
        const bodies = await connection.transact((session) => tables.deliveries.expireBodies(session, expiry));
        await placeChanges(connection, expiry.tenantId);
        const changes = await connection.transact((session) => tables.feed.expire(session, expiry));
        return { bodies, changes };
      }),
    getCheckpoint: (tenantId, name) => read((session) => tables.checkpoints.get(session, tenantId, name)),
  };
}

/** Everything whose statements are made once. */
function tablesOf(schema: string) {
  const tables = {
    deliveries: deliveryTable(schema),
    calls: subjectTable(schema, "call"),
    leads: subjectTable(schema, "lead"),
    jobs: jobsIn(schema),
    feed: changeFeed(schema),
    checkpoints: checkpointsIn(schema),
  };
  return {
    ...tables,
    lists: listsIn(schema),
    health: healthIn(schema),
    beginTransaction: transactionsOver(schema, tables),
  };
}

interface OpenStorage {
  readonly pool: PostgresPool;
  readonly connection: Connection;
  readonly channel: ChangeChannel;
  close(): Promise<void>;
}

function connect(settings: Settings): OpenStorage {
  const { pool, end } = settings.makePool();
  // An error of a connection that nobody uses ends the process when nobody listens.
  if (!heard.has(pool)) pool.on("error", ignoreIdleError);
  heard.add(pool);
  const connection = connectionOver(pool, settings.transactionTimeoutMs);
  const channel = changeChannel(settings.schema, pool, connection);
  return {
    pool,
    connection,
    channel,
    async close() {
      await channel.close();
      await end();
    },
  };
}

/** Pools that have our listener. */
const heard = new WeakSet<PostgresPool>();

/** The pool drops the connection by itself. */
const ignoreIdleError = (): void => undefined;

async function migrateOver({ pool }: OpenStorage, schema: string): Promise<void> {
  // Building an index over what is there may take long.
  await connectionOver(pool, migrationTimeoutMs).read((session) => migrateSchema(session, schema));
}

const migrationTimeoutMs = 3_600_000;
