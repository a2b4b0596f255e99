import type { StorageTransaction } from "../storage.ts";
import type { Workings } from "../workings.ts";
import type { Documents } from "./documents.ts";
import type { ImportDocument } from "./import-document.ts";

/** Somebody else goes on with the document, or has stopped it. */
export class Overtaken extends Error {}

export interface ImportCheckpointOptions {
  readonly workings: Workings;
  readonly documents: Documents;
  readonly name: string;
  /** How many requests were made since it was last asked. */
  readonly takeRequests: () => number;
}

/** How far a run is, as it is written down: whoever writes the next version goes on with it. */
export class ImportCheckpoint {
  readonly #options: ImportCheckpointOptions;
  #document: ImportDocument;
  #version: number;
  /** Requests that were made and are not written down yet. */
  #requests = 0;
  #stampMs: number;

  constructor(options: ImportCheckpointOptions, document: ImportDocument, version: number) {
    this.#options = options;
    this.#document = document;
    this.#version = version;
    this.#stampMs = options.workings.now();
  }

  get document(): ImportDocument {
    return this.#document;
  }

  /** The document with what was done since it was last written. */
  stamped(): ImportDocument {
    const { workings, takeRequests } = this.#options;
    this.#requests += takeRequests();
    const nowMs = workings.now();
    return {
      ...this.#document,
      requests: this.#document.requests + this.#requests,
      workedMs: this.#document.workedMs + Math.max(nowMs - this.#stampMs, 0),
      updatedAt: new Date(nowMs).toISOString(),
    };
  }

  /** Writes the next version along with other things; once they are committed, `advance` is to be called. @throws Overtaken */
  async put(transaction: StorageTransaction, next: ImportDocument): Promise<void> {
    const { documents, name } = this.#options;
    if (!(await documents.put(transaction, name, this.#version + 1, next))) throw new Overtaken();
  }

  advance(next: ImportDocument): void {
    this.#requests = 0;
    this.#stampMs = Date.parse(next.updatedAt);
    this.#document = next;
    this.#version += 1;
  }

  /** @throws Overtaken */
  async save(next: ImportDocument): Promise<ImportDocument> {
    await this.#options.documents.write((transaction) => this.put(transaction, next));
    this.advance(next);
    return next;
  }

  /** What has passed since it was written was waiting, and not work. */
  passOver(): void {
    this.#stampMs = this.#options.workings.now();
  }

  /** @throws Overtaken */
  async checkOwn(): Promise<void> {
    const { documents, name } = this.#options;
    if ((await documents.read<ImportDocument>(name))?.version !== this.#version) throw new Overtaken();
  }

  /** The document as somebody else has left it. */
  async overtaking(): Promise<ImportDocument | undefined> {
    return (await this.#options.documents.read<ImportDocument>(this.#options.name))?.value;
  }
}
