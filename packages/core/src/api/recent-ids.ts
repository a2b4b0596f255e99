/** Remembers the newest of many ids, however many come: at least `most` of them, and fewer than twice as many. */
export class RecentIds {
  readonly #most: number;
  #newer = new Set<string>();
  #older: ReadonlySet<string> = new Set();

  constructor(most: number) {
    this.#most = most;
  }

  /** Whether it came lately; from now on it did. */
  isRepeated(id: string): boolean {
    if (this.#newer.has(id)) return true;
    const isKnown = this.#older.has(id);
    this.#newer.add(id);
    if (this.#newer.size === this.#most) {
      this.#older = this.#newer;
      this.#newer = new Set();
    }
    return isKnown;
  }
}
