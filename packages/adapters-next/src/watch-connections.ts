import { startWatching } from "#connection";

/**
 * Lets the handlers know what Next does not hand on of a request: the address as the vendor wrote and signed it, and who
 * opened the connection. They begin to watch by themselves, but Next loads a route only when it is first asked for, and
 * that very request has come too early then. Call it when the server starts. Does nothing on the edge runtime.
 *
 * @example
 * `instrumentation.ts`
 * ```ts
 * export function register(): void {
 *   watchConnections();
 * }
 * ```
 */
export function watchConnections(): void {
  startWatching();
}
