import type { DatabaseSync } from "node:sqlite";
import type { Reference, Subject } from "@offhook/core";
import { prepare } from "./connection.ts";
import { Generations, GrowingGenerations } from "./generations.ts";
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

class KeyIndex implements KeyReader {
  readonly #generations: Generations;
  readonly #selectRow;

  constructor(database: DatabaseSync, generations: Generations) {
    this.#generations = generations;
    this.#selectRow = prepare<{ readonly row: number }>(
      database,
      "select row from keys where generation = ? and key = ?",
    );
  }

  refresh(): void {
    this.#generations.refresh();
  }

  find(key: string): number | undefined {
    return this.locate(key)?.row;
  }

  /** The newest first: that is where calls are that still go on. */
  protected locate(key: string): { readonly generation: number; readonly row: number } | undefined {
    const { current } = this.#generations;
    const inCurrent = this.#selectRow.get(current, key);
    if (inCurrent !== undefined) return { generation: current, row: inCurrent.row };
    for (const generation of this.#generations.candidates(key)) {
      const found = this.#selectRow.get(generation, key);
      if (found !== undefined) return { generation, row: found.row };
    }
    return undefined;
  }
}

class GrowingKeyIndex extends KeyIndex implements KeyWriter {
  readonly #generations: GrowingGenerations;
  readonly #insert;
  readonly #update;
  readonly #delete;
  /** Keys that this transaction looked for in vain, as one does before adding. */
  readonly #missing = new Set<string>();

  constructor(database: DatabaseSync, generations: GrowingGenerations) {
    super(database, generations);
    this.#generations = generations;
    this.#insert = database.prepare("insert into keys (generation, key, row) values (?, ?, ?)");
    this.#update = database.prepare("update keys set row = ? where generation = ? and key = ?");
    this.#delete = database.prepare("delete from keys where generation = ? and key = ?");
  }

  override refresh(): void {
    super.refresh();
    this.#missing.clear();
  }

  override find(key: string): number | undefined {
    const row = super.find(key);
    if (row === undefined) this.#missing.add(key);
    return row;
  }

  add(key: string, row: number): void {
    this.#insert.run(this.#generations.current, key, row);
    this.#missing.delete(key);
    this.#generations.grow();
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
    this.#generations.finish();
  }
}

const table = "key_generations";

export const keyReader = (database: DatabaseSync): KeyReader =>
  new KeyIndex(database, new Generations(database, table));

export function keyWriter(database: DatabaseSync): KeyWriter {
  const selectKeys = prepare<{ readonly key: string }>(database, "select key from keys where generation = ?");
  const keysOf = (generation: number): string[] => selectKeys.all(generation).map(({ key }) => key);
  return new GrowingKeyIndex(database, new GrowingGenerations({ database, table, keysOf }));
}
