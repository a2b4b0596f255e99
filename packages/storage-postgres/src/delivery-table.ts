import type { Delivery, DeliveryUpdate, Expiry } from "@offhook/core";
import { deliveryColumns, deliveryFacts, deliveryOrigin, identityHex, toDelivery } from "./delivery-rows.ts";
import type { DeliveryRowWithBody } from "./delivery-rows.ts";
import { keyText } from "./key-text.ts";
import { packedRows, unpackedRows } from "./packed.ts";
import { prepared, type Session } from "./session.ts";

/** The journal. */
export interface DeliveryTable {
  /** For each delivery the id of the one that was there before. */
  insert(session: Session, deliveries: readonly Delivery[]): Promise<readonly (string | undefined)[]>;
  /** Says how many there were to correct. */
  update(session: Session, updates: readonly DeliveryUpdate[]): Promise<number>;
  find(session: Session, tenantId: string, id: string): Promise<Delivery | undefined>;
  /** Lets go of bodies; says of how many. */
  expireBodies(session: Session, expiry: Expiry): Promise<number>;
}

/** Bodies that one statement carries at most, in bytes. */
const maxBodiesBytes = 16 * 1024 * 1024;

/** A delivery that is inserted, and those of its batch that say the same. */
interface Group {
  readonly key: string;
  readonly first: Delivery;
  readonly positions: number[];
}

export function deliveryTable(schema: string): DeliveryTable {
  const columns =
    "tenant_id, id, provider, identity, status, received_at, duplicates, body_removed_at, origin, facts, body";
  const rows = unpackedRows(
    {
      tenant_id: "text",
      id: "text",
      provider: "text",
      identity: "text",
      status: "text",
      received_at: "text",
      duplicates: "int",
      body_removed_at: "text",
      origin: "text",
      facts: "text",
      body_start: "int",
      body_length: "int",
    },
    2,
  );
  // All bodies are one parameter, which the driver sends as bytes: it would send an array of them in hex.
  const insertInto = `insert into ${schema}.deliveries as d (${columns})
    select tenant_id, id, provider, decode(identity, 'hex'), status, received_at, duplicates, body_removed_at, origin,
      facts, substring($1::bytea from body_start for body_length)
    from ${rows}`;
  // The very same delivery again is one whose commit was not heard of.
  const insert = prepared<{ readonly id: string }>(
    `${insertInto} on conflict (tenant_id, provider, identity) do update
     set duplicates = d.duplicates + case when d.id = excluded.id then 0 else excluded.duplicates + 1 end
     returning id`,
  );
  const insertAnonymous = prepared(`${insertInto} on conflict (tenant_id, id) do nothing`);
  const update = prepared(
    `update ${schema}.deliveries d set status = u.status, body_removed_at = u.body_removed_at, facts = u.facts,
       body = case when u.keep_body = 1 then d.body else '' end
     from ${unpackedRows({ tenant_id: "text", id: "text", status: "text", body_removed_at: "text", facts: "text", keep_body: "int" })}
     where d.tenant_id = u.tenant_id and d.id = u.id and (u.keep_body = 0 or d.body_removed_at is null)`,
  );
  const select = prepared<DeliveryRowWithBody>(
    `select ${deliveryColumns}, body from ${schema}.deliveries where tenant_id = $1 and id = $2`,
  );
  const expire = prepared<{ readonly id: string }>(
    `update ${schema}.deliveries set body = '', body_removed_at = $3
     where tenant_id = $1 and id = any(array(
       select id from ${schema}.deliveries where tenant_id = $1 and received_at < $2 and body_removed_at is null
       order by received_at limit $4 for update skip locked
     )) returning id`,
  );

  return {
    async insert(session, deliveries) {
      const before: (string | undefined)[] = deliveries.map(() => undefined);
      for (const part of inParts(deliveries.filter(({ identity }) => identity === null))) {
        session.send(insertAnonymous, parametersOf(part));
      }
      const groups = groupsOf(deliveries);
      const firsts = groups.map(({ first, positions }): Delivery => {
        return { ...first, duplicates: first.duplicates + positions.length - 1 };
      });
      const answers = inParts(firsts).map((part) => session.run(insert, parametersOf(part)));
      // One row for each group, in their order.
      const ids = (await Promise.all(answers)).flat();
      for (const [index, { first, positions }] of groups.entries()) {
        const id = ids[index]?.id;
        const [own] = positions;
        const isKnown = id !== keyText(first.id);
        for (const position of positions) {
          if (position !== own) before[position] = first.id;
          if (isKnown && id !== undefined) before[position] = id;
        }
      }
      return before;
    },
    async update(session, updates) {
      if (updates.length === 0) return 0;
      // One statement changes a row once: the last word counts. In an order that all processes keep to.
      const last = new Map(
        updates.map((each) => [`${keyText(each.delivery.tenantId)}\n${keyText(each.delivery.id)}`, each]),
      );
      const sorted = [...last].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, each]) => each);
      const { rowCount } = await session.query(
        update,
        packedRows(sorted, [
          ({ delivery }) => keyText(delivery.tenantId),
          ({ delivery }) => keyText(delivery.id),
          ({ delivery }) => keyText(delivery.status),
          ({ delivery }) => delivery.bodyRemovedAt,
          ({ delivery }) => deliveryFacts(delivery),
          ({ keepBody }) => (keepBody ? 1 : 0),
        ]),
      );
      return rowCount ?? 0;
    },
    async find(session, tenantId, id) {
      const [row] = await session.run(select, [keyText(tenantId), keyText(id)]);
      return row === undefined ? undefined : toDelivery(tenantId, row);
    },
    async expireBodies(session, { tenantId, bodiesBefore, now, limit }) {
      return (await session.run(expire, [keyText(tenantId), bodiesBefore, now, limit])).length;
    },
  };
}

/** In an order that all processes keep to, so that two that journal the same wait for each other in turn. */
function groupsOf(deliveries: readonly Delivery[]): Group[] {
  const groups = new Map<string, Group>();
  for (const [position, first] of deliveries.entries()) {
    const { tenantId, provider, identity } = first;
    if (identity === null) continue;
    const key = `${keyText(tenantId)}\n${keyText(provider)}\n${identity}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { key, first, positions: [position] });
    else group.positions.push(position);
  }
  return [...groups.values()].toSorted((left, right) => (left.key < right.key ? -1 : 1));
}

/** Deliveries in their order, cut where their bodies get too large for one statement. */
function inParts(deliveries: readonly Delivery[]): Delivery[][] {
  const parts: Delivery[][] = [];
  let bytes = 0;
  for (const delivery of deliveries) {
    const last = parts.at(-1);
    bytes += delivery.body.length;
    if (last === undefined || bytes > maxBodiesBytes) {
      parts.push([delivery]);
      bytes = delivery.body.length;
    } else {
      last.push(delivery);
    }
  }
  return parts;
}

function parametersOf(deliveries: readonly Delivery[]): unknown[] {
  const bodies = Buffer.concat(deliveries.map(({ body }) => body));
  // SQL counts from one.
  let start = 1;
  const starts = deliveries.map(({ body }) => {
    const own = start;
    start += body.length;
    return own;
  });
  return [
    bodies,
    ...packedRows(
      [...deliveries.entries()],
      [
        ([, { tenantId }]) => keyText(tenantId),
        ([, { id }]) => keyText(id),
        ([, { provider }]) => keyText(provider),
        ([, { identity }]) => identityHex(identity),
        ([, { status }]) => keyText(status),
        ([, { receivedAt }]) => keyText(receivedAt),
        ([, { duplicates }]) => duplicates,
        ([, { bodyRemovedAt }]) => bodyRemovedAt,
        ([, delivery]) => deliveryOrigin(delivery),
        ([, delivery]) => deliveryFacts(delivery),
        ([index]) => starts[index] ?? start,
        ([, { body }]) => body.length,
      ],
    ),
  ];
}
