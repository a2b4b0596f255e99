import type { MessagePart } from "./hmac.ts";
import type { SignedMessage } from "./verification.ts";

/** Puts the pieces of a signed message in order, joining neighbours of text so that at most two parts are hashed. */
export function composeMessage(
  layout: readonly ("body" | "timestamp" | { readonly text: string })[],
  body: Uint8Array,
  timestamp: string,
): SignedMessage {
  let before = "";
  let after = "";
  let hasBody = false;
  for (const piece of layout) {
    if (piece === "body") hasBody = true;
    else {
      const text = piece === "timestamp" ? timestamp : piece.text;
      if (hasBody) after += text;
      else before += text;
    }
  }
  if (!hasBody) return [before];
  if (after === "") return before === "" ? [body] : [before, body];
  if (before === "") return [body, after];
  return [joinBytes(before, body), after];
}

function joinBytes(text: string, body: Uint8Array): MessagePart {
  const head = new TextEncoder().encode(text);
  const joined = new Uint8Array(head.length + body.length);
  joined.set(head);
  joined.set(body, head.length);
  return joined;
}
