import { foldCall, type CallEvent } from "@offhook/core";
import { migrationSql, postgresStorage } from "@offhook/storage-postgres";
import pg from "pg";
import type { JournalEntry } from "../../packages/core/src/apply.ts";
import { deliveryFacts, deliveryOrigin } from "../../packages/storage-postgres/src/delivery-rows.ts";
import { packed, unpackedRows } from "../../packages/storage-postgres/src/packed.ts";
import { rowOf, type SubjectRow } from "../../packages/storage-postgres/src/subject-rows.ts";
import { startPostgres } from "../../tooling/postgres-server.ts";
import { compare, type Comparison } from "./compare.ts";
import { committerOver, makeEntry } from "./ingest.ts";

const together = 64;

/**
 * Journal, events and call in one durable transaction, 64 requests at once, beside the same inserts into the same
 * tables by hand, sent in one go over one pipelined connection: no looking up, no locks, no feed. Once with a statement
 * for each row and once with one for each table, which is the faster.
 */
export async function benchPostgresIngest(): Promise<Comparison[]> {
  const server = await startPostgres();
  const storage = postgresStorage({ connectionString: server.url, migrate: "auto" });
  const client = new pg.Client({ connectionString: server.url, pipeline: true });
  try {
    await storage.open();
    await client.connect();
    await client.query(migrationSql({ schema: "packed" }));
    await client.query(migrationSql({ schema: "singles" }));
    const commit = committerOver(storage);
    let count = 0;
    const entries = (): JournalEntry[] => Array.from({ length: together }, () => makeEntry((count += 1)));
    const byTable = barePacked(client);
    const byRow = bareSingles(client);
    return [
      await compare(
        `durable ingest of ${together} requests at once into PostgreSQL (new calls, 3 KB bodies, fsync)`,
        [
          { name: "bare: one statement for each table, pipelined", run: () => byTable(entries()) },
          { name: "bare: one statement for each row, pipelined", run: () => byRow(entries()) },
          {
            name: "offhook: committer and storage-postgres",
            run: () => Promise.all(entries().map(commit)),
            goal: 1 / 0.6,
          },
        ],
        { batchMs: 150, rounds: 15 },
      ),
    ];
  } finally {
    await client.end();
    await storage.close();
    await server.remove();
  }
}

interface Row {
  readonly key: number;
  readonly call: SubjectRow;
  readonly event: CallEvent;
}

const callColumns = {
  tenant_id: "tenantId",
  id: "id",
  created_at: "createdAt",
  status: "status",
  direction: "direction",
  provider: "provider",
  from_e164: "fromE164",
  to_e164: "toE164",
  agent_id: "agentId",
  record: "record",
} as const;
const callNames = Object.keys(callColumns).join(", ");
const textColumns = (names: readonly string[]): { [name: string]: "text" } =>
  Object.fromEntries(names.map((name) => [name, "text" as const]));

/** Each entry has one call with one event, all of them new. */
function rowsOf(entries: readonly JournalEntry[], firstKey: number): Row[] {
  return entries
    .flatMap(({ calls }) => calls)
    .map((event, index) => ({
      key: firstKey + index,
      call: rowOf(foldCall([event])),
      event,
    }));
}

function barePacked(client: pg.Client): (entries: readonly JournalEntry[]) => Promise<unknown> {
  const deliveryTexts = ["tenant_id", "id", "provider", "identity", "status", "received_at", "origin", "facts"];
  const deliveries = `insert into packed.deliveries (tenant_id, id, provider, identity, status, received_at, duplicates,
      origin, facts, body)
    select tenant_id, id, provider, decode(identity, 'hex'), status, received_at, 0, origin, facts,
      substring($1::bytea from start for size)
    from ${unpackedRows({ ...textColumns(deliveryTexts), start: "int", size: "int" }, 2)}
    on conflict (tenant_id, provider, identity) do update set duplicates = 1 returning id`;
  const references = `insert into packed.call_references (tenant_id, provider, id, call_key)
    select * from ${unpackedRows({ ...textColumns(["tenant_id", "provider", "id"]), key: "bigint" })} on conflict do nothing`;
  const calls = `insert into packed.calls (${callNames}, key)
    select * from ${unpackedRows({ ...textColumns(Object.keys(callColumns)), key: "bigint" })}`;
  const events = `insert into packed.call_events (call_key, n, tenant_id, event)
    select * from ${unpackedRows({ key: "bigint", n: "int", tenant_id: "text", event: "text" })}`;
  let nextKey = 1;
  return (entries) => {
    const rows = rowsOf(entries, nextKey);
    nextKey += rows.length;
    const column = (value: (row: Row) => string | number | null): string => packed(rows.map(value));
    const of = (value: (entry: JournalEntry["delivery"]) => string | number | null): string =>
      packed(entries.map(({ delivery }) => value(delivery)));
    let end = 1;
    const starts = entries.map(({ delivery }) => (end += delivery.body.length) - delivery.body.length);
    return Promise.all([
      client.query("begin"),
      client.query({
        name: "packed deliveries",
        text: deliveries,
        values: [
          Buffer.concat(entries.map(({ delivery }) => delivery.body)),
          of(({ tenantId }) => tenantId),
          of(({ id }) => id),
          of(({ provider }) => provider),
          of(({ identity }) => identity),
          of(({ status }) => status),
          of(({ receivedAt }) => receivedAt),
          of(deliveryOrigin),
          of(deliveryFacts),
          packed(starts),
          of(({ body }) => body.length),
        ],
      }),
      client.query({
        name: "packed references",
        text: references,
        values: [
          column(({ call }) => call.tenantId),
          column(({ event }) => event.references[0]?.provider ?? null),
          column(({ event }) => event.references[0]?.id ?? null),
          column(({ key }) => key),
        ],
      }),
      client.query({
        name: "packed calls",
        text: calls,
        values: [
          ...Object.values(callColumns).map((name) => column(({ call }) => call[name])),
          column(({ key }) => key),
        ],
      }),
      client.query({
        name: "packed events",
        text: events,
        values: [
          column(({ key }) => key),
          column(() => 0),
          column(({ call }) => call.tenantId),
          column(({ event }) => JSON.stringify(event)),
        ],
      }),
      client.query("commit"),
    ]);
  };
}

const places = (count: number): string => Array.from({ length: count }, (_, index) => `$${index + 1}`).join(", ");

function bareSingles(client: pg.Client): (entries: readonly JournalEntry[]) => Promise<unknown> {
  const count = Object.keys(callColumns).length;
  const calls = `insert into singles.calls (${callNames}, key) values (${places(count + 1)})`;
  let nextKey = 1;
  return (entries) => {
    const rows = rowsOf(entries, nextKey);
    nextKey += rows.length;
    return Promise.all([
      client.query("begin"),
      ...entries.map(({ delivery }) =>
        client.query({
          name: "single delivery",
          text: `insert into singles.deliveries (tenant_id, id, provider, identity, status, received_at, duplicates,
              origin, facts, body)
            values (${places(10)}) on conflict (tenant_id, provider, identity) do update set duplicates = 1 returning id`,
          values: [
            delivery.tenantId,
            delivery.id,
            delivery.provider,
            Buffer.from(delivery.identity ?? "", "hex"),
            delivery.status,
            delivery.receivedAt,
            0,
            deliveryOrigin(delivery),
            deliveryFacts(delivery),
            delivery.body,
          ],
        }),
      ),
      ...rows.flatMap(({ key, call, event }) => [
        client.query({
          name: "single reference",
          text: `insert into singles.call_references (tenant_id, provider, id, call_key) values (${places(4)}) on conflict do nothing`,
          values: [call.tenantId, event.references[0]?.provider, event.references[0]?.id, key],
        }),
        client.query({
          name: "single call",
          text: calls,
          values: [...Object.values(callColumns).map((name) => call[name]), key],
        }),
        client.query({
          name: "single event",
          text: `insert into singles.call_events (call_key, n, tenant_id, event) values (${places(4)})`,
          values: [key, 0, call.tenantId, JSON.stringify(event)],
        }),
      ]),
      client.query("commit"),
    ]);
  };
}
