import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import type { Effect } from "./effect.ts";

/**
 * Does an effect: resolves when the receiver has answered.
 *
 * @param onReceived is called when the receiver has it and has not answered yet.
 */
export async function sendEffect(url: string, effect: Effect, onReceived = (): void => undefined): Promise<void> {
  // A connection of its own: a kept one may be closed by the other side just then, which would be a failed attempt.
  const sending = request(url, { method: "POST", agent: false });
  sending.on("information", onReceived);
  sending.end(JSON.stringify(effect));
  // The event has exactly this argument.
  const [response] = (await once(sending, "response")) as [IncomingMessage];
  response.resume();
  if (response.statusCode !== 204) throw new Error(`Effect: expected 204, got ${response.statusCode}`);
}
