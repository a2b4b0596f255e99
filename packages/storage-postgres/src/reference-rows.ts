import type { Reference } from "@offhook/core";
import { keyText } from "./key-text.ts";
import { packedRows } from "./packed.ts";

/** What names a record: everything but the reference's kind. */
export type Name = Pick<Reference, "provider" | "id">;

/** A reference as its row is found, in an order that all processes keep to. */
export interface NamedRow {
  readonly tenantId: string;
  readonly provider: string;
  readonly id: string;
  readonly place: string;
}

export function namedRow(tenantId: string, { provider, id }: Name): NamedRow {
  const parts = [keyText(tenantId), keyText(provider), keyText(id)] as const;
  return { tenantId: parts[0], provider: parts[1], id: parts[2], place: placeOf(...parts) };
}

/** Where a row stands among others: key text holds no line feed. */
export const placeOf = (tenantKey: string, provider: string, id: string): string => `${tenantKey}\n${provider}\n${id}`;

/** The parameters that name rows of one tenant. */
export const namesOf = (tenantId: string, rows: readonly NamedRow[]): string[] => [
  keyText(tenantId),
  ...packedRows(rows, [({ provider }) => provider, ({ id }) => id]),
];

/** Each once. */
export function namedRows(rows: Iterable<NamedRow>): NamedRow[] {
  const byPlace = new Map([...rows].map((row) => [row.place, row]));
  return [...byPlace.values()].toSorted((left, right) => (left.place < right.place ? -1 : 1));
}
