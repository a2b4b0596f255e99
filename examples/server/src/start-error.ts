/** The server cannot start for a reason that its message tells in one line. */
export class StartError extends Error {
  override readonly name = "StartError";
}
