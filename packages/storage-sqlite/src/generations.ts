import type { DatabaseSync } from "node:sqlite";
import { prepare } from "./connection.ts";
import { createFilter, FilterBank, filterCapacity, type KeyFilter } from "./key-filter.ts";

/**
 * Content hashes, vendors' ids and phone numbers come in no order. In one large B-tree each new one would change a page
 * of its own, of which each has to be written twice: with a million calls that is most of the work. So such keys go
 * into generations of some thousand, of which only the last one grows and its few pages are changed again and again. Of
 * the others a filter in memory tells in which of them it is worth looking.
 */
export class Generations {
  /** Of the full ones, as far as somebody has asked. */
  protected readonly filters = new FilterBank();
  /** The generation that grows; its number is that of the ones that are full. */
  current = 0;
  protected entries = 0;
  readonly #selectLast;
  readonly #selectFilters;

  /** @param table where they are counted. */
  constructor(database: DatabaseSync, table: string) {
    this.#selectLast = prepare<{ readonly generation: number; readonly entries: number }>(
      database,
      `select generation, entries from ${table} order by generation desc limit 1`,
    );
    this.#selectFilters = prepare<{ readonly filter: KeyFilter }>(
      database,
      `select filter from ${table} where generation >= ? and generation < ? order by generation`,
    );
  }

  /** To be called at the begin of a transaction: other transactions may have added generations. */
  refresh(): void {
    const last = this.#selectLast.get();
    this.current = last?.generation ?? 0;
    this.entries = last?.entries ?? 0;
  }

  /** The full ones that may have a key, the last one first. */
  candidates(key: string): number[] {
    if (this.filters.length < this.current) {
      for (const { filter } of this.#selectFilters.all(this.filters.length, this.current)) this.filters.push(filter);
    }
    return this.filters.candidates(key);
  }
}

export interface GrowingGenerationsOptions {
  readonly database: DatabaseSync;
  readonly table: string;
  /** The keys of a generation that is full, for its filter. */
  readonly keysOf: (generation: number) => Iterable<string>;
  /** Told when the row of a full generation is written. */
  readonly onFull?: (generation: number) => void;
}

export class GrowingGenerations extends Generations {
  readonly #options: GrowingGenerationsOptions;
  readonly #put;
  #added = 0;
  /** How many generations were full, and committed, when the transaction began. */
  #committed = 0;

  constructor(options: GrowingGenerationsOptions) {
    super(options.database, options.table);
    this.#options = options;
    this.#put = options.database.prepare(
      `insert into ${options.table} (generation, entries, filter) values (?, ?, ?)
       on conflict do update set entries = excluded.entries, filter = excluded.filter`,
    );
  }

  override refresh(): void {
    // What the last transaction filled may have been rolled back, and filled otherwise by another process.
    this.filters.truncate(this.#committed);
    super.refresh();
    this.#committed = this.current;
    this.#added = 0;
  }

  /** An entry was added to the current one. */
  grow(): void {
    this.#added += 1;
    if (this.entries + this.#added >= filterCapacity) this.#start();
  }

  /** To be called at the end of a transaction. */
  finish(): void {
    if (this.#added > 0) this.#put.run(this.current, this.entries + this.#added, null);
  }

  #start(): void {
    const full = this.current;
    this.#put.run(full, this.entries + this.#added, createFilter(this.#options.keysOf(full)));
    this.#options.onFull?.(full);
    this.current += 1;
    this.entries = 0;
    this.#added = 0;
    this.#put.run(this.current, 0, null);
  }
}
