/** What a request was before Next. */
export interface Connection {
  /** The request target as the vendor wrote it, which signatures may cover. */
  readonly target: string;
  /** Who opened the connection, where it is known. */
  readonly remoteAddress: string | undefined;
}
