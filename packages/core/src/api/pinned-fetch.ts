/** The contract of the one request of a download, which `#pinned-fetch` resolves to `node:https` or to `fetch`. */

export interface PinnedRequest {
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Ends the connection, whatever it is at. */
  readonly signal: AbortSignal;
}

/** As much of a `Response` as a download reads. */
export interface PinnedResponse {
  readonly status: number;
  readonly headers: Pick<Headers, "get">;
  /** To be read to its end or cancelled. */
  readonly body: ReadableStream<Uint8Array> | null;
  /** True where somebody followed a redirect, which nobody was to do. */
  readonly redirected?: boolean;
}

/** A GET that follows nothing. What is asked for has been judged; where its name leads has not. */
export type PinnedFetch = (url: URL, request: PinnedRequest) => Promise<PinnedResponse>;

/** The code of the error for a name that leads to an address which is not public. */
export const addressRefused = "ERR_ADDRESS_REFUSED";
