import { pathOf, queryOf } from "@offhook/core";
import type { Connection } from "./connection.ts";
import type { NextParameters } from "./path-below-mount.ts";

/** There is nothing to watch. */
export const startWatching = (): void => undefined;

/** As Next says it, without the parameters of the route, which the edge runtime has among the query. */
export function connectionOf(seen: string, parameters: NextParameters = {}): Connection {
  const fields = queryOf(seen).split("&");
  const sent = fields.filter((field) => !Object.hasOwn(parameters, field.split("=", 1)[0] ?? "")).join("&");
  return { target: sent === "" ? pathOf(seen) : `${pathOf(seen)}?${sent}`, remoteAddress: undefined };
}
