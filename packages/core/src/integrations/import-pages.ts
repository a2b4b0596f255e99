import type { ImportDocument } from "./import-document.ts";
import type { ApiContext, ApiPage, ProviderApi } from "../provider-api.ts";
import type { Workings } from "../workings.ts";

export interface ReadPage extends ApiPage {
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
  #present: { readonly key: string; readonly page: ReadPage } | undefined;
  #ahead: { readonly key: string; readonly page: Promise<ReadPage> } | undefined;
  /** How long the last page took. Milliseconds. */
  #lastFetchMs = 0;

  constructor(options: ImportPagesOptions) {
    this.#options = options;
  }

  /** Under which everything is asked. */
  get context(): ApiContext {
    return this.#options.context;
  }

  /** The page at the document's cursor; the same one until the cursor moves. */
  async at(document: ImportDocument): Promise<ReadPage> {
    const { workings, stopAtMs } = this.#options;
    const key = keyOf(document);
    if (this.#present?.key === key) return this.#present.page;
    const page = await (this.#ahead?.key === key ? this.#ahead.page : this.#fetch(document));
    this.#present = { key, page };
    this.#ahead = undefined;
    if (page.nextCursor === null || workings.now() + this.#lastFetchMs >= stopAtMs) return page;
    const next = { ...document, window: { ...document.window, cursor: page.nextCursor } };
    this.#ahead = { key: keyOf(next), page: this.#fetch(next) };
    // Looked at when it is its turn.
    this.#ahead.page.catch(() => undefined);
    return page;
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
    return { ...page, readAt };
  }
}

const keyOf = ({ window }: ImportDocument): string => `${window.from} ${window.round} ${window.cursor ?? ""}`;
