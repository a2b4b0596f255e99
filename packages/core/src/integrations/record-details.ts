import type { Call } from "../call.ts";
import { isTerminal } from "../fold-rules.ts";
import { ApiError } from "../api-error.ts";
import type { ApiContext, ApiRecord, ProviderApi } from "../provider-api.ts";
import { OffhookError, PayloadError } from "../errors.ts";
import { describeError } from "../logger.ts";
import { untilAborted } from "../api/until-aborted.ts";
import type { Workings } from "../workings.ts";

export interface DetailedRecords {
  /** As many from the first on as are complete: all of them, unless something failed. */
  readonly records: readonly ApiRecord[];
  /** What would meet every other request as well; undefined where nothing failed. */
  readonly failure: unknown;
  /** Whether the vendor could not give the details of some. */
  readonly isLacking: boolean;
}

export interface DetailsOptions {
  /** Calls that ended before are not asked for again; null: each is. */
  readonly detailsFrom: string | null;
  /** So many records were written before with what could be had. */
  readonly done: number;
  /** Whether to come back where the vendor seems to be away. Else a single call that it fails over goes without. */
  readonly isPatient: boolean;
  /** Whether a record is to be brought in: nothing is asked of others. */
  readonly isWanted: (record: ApiRecord) => boolean | Promise<boolean>;
  /** How long the vendor may take over one call with all its attempts. Milliseconds; undefined: as long as it does. */
  readonly timeoutMs: number | undefined;
}

/** So many failures in a row are the vendor's, fewer may be those of single calls. */
const mostInRow = 5;

/**
 * The records, with all that the vendor knows where the list said less than is needed. What cannot be had of one call
 * costs it its details and no other call anything.
 */
export const withDetails = (
  workings: Workings,
  api: ProviderApi,
  records: readonly ApiRecord[],
  context: ApiContext,
  options: DetailsOptions,
): Promise<DetailedRecords> => new DetailedPage(workings, api, records, context, options).complete();

class DetailedPage {
  readonly #workings: Workings;
  readonly #api: ProviderApi;
  readonly #context: ApiContext;
  readonly #options: DetailsOptions;
  readonly #records: ApiRecord[];
  readonly #waiting: number[];
  readonly #incomplete: Set<number>;
  /** Calls that the vendor failed over since it did not. */
  #inRow: { readonly index: number; readonly error: ApiError }[] = [];
  #failure: unknown;
  #isLacking = false;

  constructor(
    workings: Workings,
    api: ProviderApi,
    records: readonly ApiRecord[],
    context: ApiContext,
    options: DetailsOptions,
  ) {
    this.#workings = workings;
    this.#api = api;
    this.#context = context;
    this.#options = options;
    this.#records = [...records];
    this.#waiting = records.flatMap(({ lacksDetails }, index) => (lacksDetails === undefined ? [] : [index]));
    this.#incomplete = new Set(this.#waiting);
  }

  async complete(): Promise<DetailedRecords> {
    const workers = Math.min(this.#api.concurrency, this.#waiting.length);
    await Promise.all(Array.from({ length: workers }, () => this.#work()));
    if (this.#failure === undefined) this.#leaveInRow();
    const end = Math.min(...this.#incomplete, this.#records.length);
    return { records: this.#records.slice(0, end), failure: this.#failure, isLacking: this.#isLacking };
  }

  async #work(): Promise<void> {
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        const record = this.#records[next];
        if (record === undefined) continue;
        const stored = await this.#stored(record);
        if (await this.#isAskedFor(next, record, stored)) await this.#ask(next, record, stored !== undefined);
        else this.#incomplete.delete(next);
      }
    } catch (error) {
      this.#failure ??= error;
      this.#waiting.length = 0;
    }
  }

  async #stored({ reference }: ApiRecord): Promise<Call | undefined> {
    const { storage, audience } = this.#workings;
    return (await storage.get("call", audience.tenantId, reference))?.record;
  }

  async #isAskedFor(index: number, record: ApiRecord, stored: Call | undefined): Promise<boolean> {
    const { done, detailsFrom, isWanted } = this.#options;
    if (stored !== undefined && (index < done || wasAsked(stored, detailsFrom))) return false;
    return record.lacksDetails?.(stored) === true && (await isWanted(record));
  }

  /** @throws what is not of this call alone. */
  async #ask(index: number, record: ApiRecord, isStored: boolean): Promise<void> {
    try {
      const details = await this.#detailsOf(record);
      // The list names when it began, by which it was found.
      if (details !== undefined) this.#records[index] = { ...details, startedAt: record.startedAt };
      this.#incomplete.delete(index);
    } catch (error) {
      this.#context.signal?.throwIfAborted();
      if (mayBeOfTheCall(error) && !(this.#options.isPatient && error.isRetryable)) {
        // Without its details it is stored already: it may be one that always fails, of which there may be many by now.
        if (isStored) return this.#leave(index, error);
        this.#inRow.push({ index, error });
        if (this.#inRow.length >= mostInRow) throw (this.#failure ??= error);
        return;
      }
      if (!isOfTheCall(error)) throw error;
      this.#leave(index, error);
    }
    // What still comes in after the vendor was found to be away proves nothing of those before.
    if (this.#failure === undefined) this.#leaveInRow();
  }

  async #detailsOf({ reference }: ApiRecord): Promise<ApiRecord | undefined> {
    const { timeoutMs } = this.#options;
    if (timeoutMs === undefined) return this.#api.getCall(reference.id, this.#context);
    const timeout = AbortSignal.timeout(Math.ceil(timeoutMs));
    const { signal: given } = this.#context;
    const signal = given === undefined ? timeout : AbortSignal.any([given, timeout]);
    try {
      return await untilAborted(signal, this.#api.getCall(reference.id, { ...this.#context, signal }));
    } catch (cause) {
      if (!timeout.aborted) throw cause;
      const { provider } = reference;
      const message = `API of ${provider}, get call: no answer within ${Math.ceil(timeoutMs)} ms`;
      throw new ApiError("api_unavailable", message, { provider, cause });
    }
  }

  /** The vendor answers: what failed before was of those calls. */
  #leaveInRow(): void {
    for (const { index, error } of this.#inRow) this.#leave(index, error);
    this.#inRow = [];
  }

  #leave(index: number, error: unknown): void {
    const { provider, id } = this.#records[index]?.reference ?? {};
    const words = { provider, id, error: describeError(error) };
    this.#workings.logger.error(words, `[${provider}] a call is brought in without its details`);
    this.#isLacking = true;
    this.#incomplete.delete(index);
  }
}

/** What there was to be had of a call that ended so long ago was asked for by earlier comparisons. */
const wasAsked = ({ status, endedAt }: Call, detailsFrom: string | null): boolean =>
  detailsFrom !== null && endedAt !== null && isTerminal(status) && endedAt < detailsFrom;

/** The vendor's answer about this one, or a mapping, or a rule of the app that it asks, which it is too much for. */
function isOfTheCall(error: unknown): boolean {
  if (error instanceof ApiError) return error.code === "api_rejected" || error.code === "api_malformed";
  return !(error instanceof OffhookError) || error instanceof PayloadError;
}

/** What may meet this call alone, or every one: only the next ones tell. */
const mayBeOfTheCall = (error: unknown): error is ApiError =>
  error instanceof ApiError && (error.code === "api_unavailable" || error.code === "api_forbidden");
