import type { SampleContext } from "../sample.ts";

/** A call of a stand-in: what its records are made of when somebody asks for them. */
export interface HeldCall {
  readonly id: string;
  /** What calls are listed by, such as milliseconds since 1970. */
  readonly at: number;
  readonly context: SampleContext;
}

/** Which calls are asked for, by `at`. */
export interface Span {
  /** Inclusive. */
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

export interface PageQuery extends Span {
  readonly size: number;
  readonly isDescending?: boolean;
  /** From the page before. */
  readonly cursor?: string | undefined;
}

export interface CallPage {
  readonly calls: readonly HeldCall[];
  /** Null on the last page. */
  readonly cursor: string | null;
}

/** Calls in the order in which they are listed. Pages cost no more for a hundred thousand of them than for ten. */
export class SortedCalls {
  readonly #byId = new Map<string, HeldCall>();
  /** Undefined until somebody asks: sorting once is faster than adding each call at its place. */
  #sorted: HeldCall[] | undefined;

  add(call: HeldCall): string {
    this.remove(call.id);
    this.#byId.set(call.id, call);
    this.#sorted?.splice(this.#positionOf(call.at, call.id), 0, call);
    return call.id;
  }

  remove(id: string): void {
    const call = this.#byId.get(id);
    if (call === undefined) return;
    this.#byId.delete(id);
    this.#sorted?.splice(this.#positionOf(call.at, id), 1);
  }

  get(id: string): HeldCall | undefined {
    return this.#byId.get(id);
  }

  count({ from, to }: Span): number {
    return Math.max(this.#positionOf(to) - this.#positionOf(from), 0);
  }

  /** A page by its place in the list. */
  slice({ from, to }: Span, { offset, size, isDescending = false }: Slice): readonly HeldCall[] {
    const start = this.#positionOf(from);
    const end = Math.max(this.#positionOf(to), start);
    if (!isDescending) return this.#list.slice(Math.min(start + offset, end), Math.min(start + offset + size, end));
    const last = Math.max(end - offset, start);
    return this.#list.slice(Math.max(last - size, start), last).toReversed();
  }

  /**
   * A page by where the one before ended, so that calls that come and go meanwhile move no others.
   * @returns undefined for a cursor that is none.
   */
  page({ from, to, size, isDescending = false, cursor }: PageQuery): CallPage | undefined {
    let start = this.#positionOf(from);
    let end = Math.max(this.#positionOf(to), start);
    if (cursor !== undefined) {
      const [, at, id] = /^(-?\d+(?:\.\d+)?) (.+)$/.exec(cursor) ?? [];
      if (at === undefined || id === undefined) return undefined;
      const position = this.#positionOf(Number(at), id);
      if (isDescending) end = Math.min(position, end);
      else start = Math.max(this.#list[position]?.id === id ? position + 1 : position, start);
    }
    const calls = isDescending
      ? this.#list.slice(Math.max(end - size, start), Math.max(end, start)).toReversed()
      : this.#list.slice(start, Math.min(start + size, end));
    const last = calls.at(-1);
    const hasMore = end - start > calls.length;
    return { calls, cursor: last === undefined || !hasMore ? null : `${last.at} ${last.id}` };
  }

  get #list(): readonly HeldCall[] {
    this.#sorted ??= [...this.#byId.values()].toSorted(
      (left, right) => left.at - right.at || (left.id < right.id ? -1 : 1),
    );
    return this.#sorted;
  }

  /** Of the first call that is not before this one. */
  #positionOf(at: number, id = ""): number {
    const list = this.#list;
    let low = 0;
    let high = list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const call = list[middle];
      const isBefore = call !== undefined && (call.at < at || (call.at === at && call.id < id));
      if (isBefore) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

interface Slice {
  readonly offset: number;
  readonly size: number;
  readonly isDescending?: boolean;
}
