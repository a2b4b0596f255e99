import type { ImportDocument } from "./import-document.ts";
import type { ApiContext, ApiPage, ProviderApi } from "../provider-api.ts";
import type { Workings } from "../workings.ts";

export interface ReadPage {
  /** As it came: what it notes may depend on what is asked for meanwhile. */
  readonly page: ApiPage;
  /** When it was asked for. ISO-8601 in UTC. */
  readonly readAt: string;
}

export interface ImportPagesOptions {
  readonly workings: Workings;
  readonly api: ProviderApi;
  /** Under which requests are made. */
  readonly context: ApiContext;
  /** Nobody comes to read a page that is there later. Milliseconds since 1970. */
  readonly stopAtMs: number;
}

/** Reads the pages of a range, the next one while the one before is written. */
export class ImportPages {
  readonly #options: ImportPagesOptions;
  #present: { readonly key: string; readonly read: ReadPage } | undefined;
  #ahead: { readonly key: string; readonly read: Promise<ReadPage> } | undefined;
  /** How long the last page took. Milliseconds. */
  #lastFetchMs = 0;

  constructor(options: ImportPagesOptions) {
    this.#options = options;
  }

  /** The page at the document's cursor; the same one until the cursor moves. */
  async at(document: ImportDocument): Promise<ReadPage> {
    const { workings, stopAtMs } = this.#options;
    const key = keyOf(document);
    if (this.#present?.key === key) return this.#present.read;
    const read = await (this.#ahead?.key === key ? this.#ahead.read : this.#fetch(document));
    this.#present = { key, read };
    this.#ahead = undefined;
    const { nextCursor } = read.page;
    if (nextCursor === null || workings.now() + this.#lastFetchMs >= stopAtMs) return read;
    const next = { ...document, window: { ...document.window, cursor: nextCursor } };
    this.#ahead = { key: keyOf(next), read: this.#fetch(next) };
    // Looked at when it is its turn.
    this.#ahead.read.catch(() => undefined);
    return read;
  }

  /** After a failure it is read anew. */
  forget(): void {
    this.#present = undefined;
    this.#ahead = undefined;
  }

  async #fetch({ window }: ImportDocument): Promise<ReadPage> {
    const { api, workings, context } = this.#options;
    const { from, to, cursor } = window;
    // What was said since counts as later, although the page may wait to be written.
    const readAt = new Date(workings.now()).toISOString();
    const page = await api.listCalls({ from, to, cursor: cursor ?? undefined }, context);
    this.#lastFetchMs = workings.now() - Date.parse(readAt);
    return { page, readAt };
  }
}

const keyOf = ({ window }: ImportDocument): string => `${window.from} ${window.round} ${window.cursor ?? ""}`;
