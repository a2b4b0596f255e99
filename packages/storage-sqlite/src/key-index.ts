import type { DatabaseSync } from "node:sqlite";
import type { Reference, Subject } from "@offhook/core";
import { prepare } from "./connection.ts";
import { createFilter, FilterBank, filterCapacity, type KeyFilter } from "./key-filter.ts";
import { keyText } from "./key-text.ts";

/** The key of a delivery's content. Provider names hold no colon, and the tenant's length tells where it ends. */
export const identityKey = (tenantId: string, provider: string, identity: string): string =>
  keyText(`delivery:${provider}:${tenantId.length}:${tenantId}:${identity}`);

export const subjectKey = (
  subject: Subject,
  tenantId: string,
  { provider, id }: Pick<Reference, "provider" | "id">,
): string => keyText(`${subject}:${provider}:${tenantId.length}:${tenantId}:${id}`);

/** Leads from the vendors' names to rows. */
export interface KeyReader {
  /** To be called at the begin of a transaction: other transactions may have added generations. */
  refresh(): void;
  find(key: string): number | undefined;
}

export interface KeyWriter extends KeyReader {
  /** Adds a key that `find` did not find. */
  add(key: string, row: number): void;
  /** Lets a key lead to another row, known or not. */
  move(key: string, row: number): void;
  remove(key: string): void;
  /** To be called at the end of a transaction. */
  finish(): void;
}

/**
 * Content hashes and vendors' ids are random. In one large B-tree each new one would change a page of its own, of
 * which each has to be written twice: with a million calls that is most of the work. So keys go into generations of
 * some thousand, of which only the last one grows and its few pages are changed again and again. Of the others a
 * filter in memory tells in which of them it is worth looking.
 */
class KeyIndex implements KeyReader {
  protected readonly filters = new FilterBank();
  /** The generation that grows; its number is that of the ones that are full. */
  protected current = 0;
  protected entries = 0;
  readonly #selectLast;
  readonly #selectFilters;
  readonly #selectRow;

  constructor(database: DatabaseSync) {
    this.#selectLast = prepare<{ readonly generation: number; readonly entries: number }>(
      database,
      "select generation, entries from key_generations order by generation desc limit 1",
    );
    this.#selectFilters = prepare<{ readonly filter: KeyFilter }>(
      database,
      "select filter from key_generations where generation >= ? and generation < ? order by generation",
    );
    this.#selectRow = prepare<{ readonly row: number }>(
      database,
      "select row from keys where generation = ? and key = ?",
    );
  }

  refresh(): void {
    const last = this.#selectLast.get();
    this.current = last?.generation ?? 0;
    this.entries = last?.entries ?? 0;
    if (this.filters.length === this.current) return;
    for (const { filter } of this.#selectFilters.all(this.filters.length, this.current)) this.filters.push(filter);
  }

  find(key: string): number | undefined {
    return this.locate(key)?.row;
  }

  /** The newest first: that is where calls are that still go on. */
  protected locate(key: string): { readonly generation: number; readonly row: number } | undefined {
    const inCurrent = this.#selectRow.get(this.current, key);
    if (inCurrent !== undefined) return { generation: this.current, row: inCurrent.row };
    for (const generation of this.filters.candidates(key)) {
      const found = this.#selectRow.get(generation, key);
      if (found !== undefined) return { generation, row: found.row };
    }
    return undefined;
  }
}

class GrowingKeyIndex extends KeyIndex implements KeyWriter {
  readonly #insert;
  readonly #update;
  readonly #delete;
  readonly #selectKeys;
  readonly #putGeneration;
  /** Keys that this transaction looked for in vain, as one does before adding. */
  readonly #missing = new Set<string>();
  #added = 0;
  /** How many generations were full, and committed, when the transaction began. */
  #committed = 0;

  constructor(database: DatabaseSync) {
    super(database);
    this.#insert = database.prepare("insert into keys (generation, key, row) values (?, ?, ?)");
    this.#update = database.prepare("update keys set row = ? where generation = ? and key = ?");
    this.#delete = database.prepare("delete from keys where generation = ? and key = ?");
    this.#selectKeys = prepare<{ readonly key: string }>(database, "select key from keys where generation = ?");
    this.#putGeneration = database.prepare(
      `insert into key_generations (generation, entries, filter) values (?, ?, ?)
       on conflict do update set entries = excluded.entries, filter = excluded.filter`,
    );
  }

  override refresh(): void {
    // What the last transaction filled may have been rolled back, and filled otherwise by another process.
    this.filters.truncate(this.#committed);
    super.refresh();
    this.#committed = this.filters.length;
    this.#missing.clear();
    this.#added = 0;
  }

  override find(key: string): number | undefined {
    const row = super.find(key);
    if (row === undefined) this.#missing.add(key);
    return row;
  }

  add(key: string, row: number): void {
    this.#insert.run(this.current, key, row);
    this.#missing.delete(key);
    this.#added += 1;
    if (this.entries + this.#added >= filterCapacity) this.#startGeneration();
  }

  move(key: string, row: number): void {
    const found = this.#missing.has(key) ? undefined : this.locate(key);
    if (found === undefined) this.add(key, row);
    else this.#update.run(row, found.generation, key);
  }

  remove(key: string): void {
    const found = this.locate(key);
    if (found !== undefined) this.#delete.run(found.generation, key);
  }

  finish(): void {
    if (this.#added === 0) return;
    this.#putGeneration.run(this.current, this.entries + this.#added, null);
  }

  #startGeneration(): void {
    const filter = createFilter(this.#selectKeys.all(this.current).map(({ key }) => key));
    this.#putGeneration.run(this.current, this.entries + this.#added, filter);
    this.filters.push(filter);
    this.current += 1;
    this.entries = 0;
    this.#added = 0;
    this.#putGeneration.run(this.current, 0, null);
  }
}

export const keyReader = (database: DatabaseSync): KeyReader => new KeyIndex(database);
export const keyWriter = (database: DatabaseSync): KeyWriter => new GrowingKeyIndex(database);
