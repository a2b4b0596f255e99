import { isRecord } from "./json.ts";

/** Reads one value of a payload. */
export type PayloadReader<Value> = (value: unknown) => Value;

/** What the readers of some members give: any member may be missing. */
export type ReadMembers<Members extends { readonly [name: string]: PayloadReader<unknown> }> = {
  readonly [Name in keyof Members]?: ReturnType<Members[Name]> | undefined;
};

/** Readers of JSON that a vendor sent. Null stays null. */
export interface PayloadReaders {
  readonly text: PayloadReader<string | null | undefined>;
  /** JSON writes numbers of any size; those too large for JavaScript are none. */
  readonly number: PayloadReader<number | null | undefined>;
  readonly textOrNumber: PayloadReader<string | number | null | undefined>;
  readonly flag: PayloadReader<boolean | null | undefined>;
  /** As it was sent. */
  readonly anything: PayloadReader<unknown>;
  /** Each item by a reader. */
  readonly list: <Item>(item: PayloadReader<Item>) => PayloadReader<Item[] | null | undefined>;
  /** The named members and no others. */
  readonly object: <Members extends { readonly [name: string]: PayloadReader<unknown> }>(
    members: Members,
  ) => PayloadReader<ReadMembers<Members> | null | undefined>;
  /** The members of what is known to be an object. */
  readonly members: <Members extends { readonly [name: string]: PayloadReader<unknown> }>(
    members: Members,
  ) => (record: { readonly [name: string]: unknown }) => ReadMembers<Members>;
  /** An object with an id that is one; undefined for all else. */
  readonly identified: <Name extends string, Members extends { readonly [name: string]: PayloadReader<unknown> }>(
    name: Name,
    isId: (id: string) => boolean,
    members: Members,
  ) => PayloadReader<(ReadMembers<Members> & { readonly [Id in Name]: string }) | undefined>;
}

/**
 * Readers that are loose about what a vendor sends: a member of the wrong type costs no more than itself, and what
 * nobody reads is neither looked at nor copied. A fraction of a schema library's weight, and faster.
 *
 * ```ts
 * const { text, number, object } = payloadReaders(null);
 * const readCall = object({ id: text, cost: object({ cents: number }) });
 * readCall({ id: "c1", cost: { cents: "7" }, other: true }); // { id: "c1", cost: { cents: null } }
 * ```
 *
 * @param unreadable what a value of the wrong type is read as.
 */
export function payloadReaders(unreadable: null | undefined): PayloadReaders {
  const text = (value: unknown) => (typeof value === "string" || value === null ? value : unreadable);
  return {
    text,
    number: (value) => (isNumber(value) || value === null ? value : unreadable),
    textOrNumber: (value) => (isNumber(value) ? value : text(value)),
    flag: (value) => (typeof value === "boolean" || value === null ? value : unreadable),
    anything: (value) => value,
    list: (item) => (value) => (Array.isArray(value) ? value.map(item) : value === null ? null : unreadable),
    object: (shape) => {
      const readMembers = members(shape);
      return (value) => (isRecord(value) ? readMembers(value) : value === null ? null : unreadable);
    },
    members,
    identified,
  };
}

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

const members: PayloadReaders["members"] = (shape) => {
  const readers = Object.entries(shape);
  return (record) => {
    const read: { [name: string]: unknown } = {};
    for (const [name, reader] of readers) {
      const value = record[name];
      if (value !== undefined) read[name] = reader(value);
    }
    return read as ReadMembers<typeof shape>; // Object.entries forgets which reader is whose
  };
};

const identified: PayloadReaders["identified"] = (name, isId, shape) => {
  const readMembers = members(shape);
  return (value) => {
    if (!isRecord(value)) return undefined;
    const id = value[name];
    if (typeof id !== "string" || !isId(id)) return undefined;
    return { [name]: id, ...readMembers(value) };
  };
};
