import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import type { Connection } from "./connection.ts";
import type { NextParameters } from "./path-below-mount.ts";
import { saysTheSame } from "./says-the-same.ts";

const key = Symbol.for("@offhook/adapters-next/connections");
/** Next may load this file more than once. */
const kept = globalThis as { [key]?: AsyncLocalStorage<Connection> };

/** From now on, for every request to this process. https://nodejs.org/api/diagnostics_channel.html#http */
export function startWatching(): void {
  if (kept[key] !== undefined) return;
  const connections = new AsyncLocalStorage<Connection>();
  kept[key] = connections;
  subscribe("http.server.request.start", (message) => {
    // The channel's messages have this member.
    const { request } = message as { readonly request: IncomingMessage };
    connections.enterWith({ target: request.url ?? "/", remoteAddress: request.socket.remoteAddress });
  });
}

/** That of the request which is being answered, and of which Next says that it has this target. */
export function connectionOf(seen: string, parameters?: NextParameters): Connection {
  const connection = kept[key]?.getStore();
  // It came before the watch.
  if (connection === undefined) return { target: seen, remoteAddress: undefined };
  // Anything but another writing comes from a proxy or rewrite of the app, and that counts.
  return saysTheSame(connection.target, seen, parameters) ? connection : { ...connection, target: seen };
}
