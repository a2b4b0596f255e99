import type { WebhookAddress } from "@offhook/core";
import type { FastifyInstance } from "fastify";

/** A route to declare, and the path that Offhook knows its address by. */
export interface AddressRoute {
  readonly url: string;
  readonly path: string;
}

/**
 * What a plugin has to declare so that every address is served, with and without a slash at its end. Without a prefix
 * each address is served as it is, with one those that are not absolute are served below it.
 */
export function routesBelow(
  { prefix, initialConfig }: Pick<FastifyInstance, "prefix" | "initialConfig">,
  addresses: readonly WebhookAddress[],
): readonly AddressRoute[] {
  const isAtRoot = prefix === "" || prefix === "/";
  const routes = addresses.flatMap(({ path, relativePath }): AddressRoute[] => {
    if (isAtRoot) return [{ url: path, path }];
    return relativePath === undefined ? [] : [{ url: relativePath, path: relativePath }];
  });
  if (ignoresSlashes(initialConfig)) return routes;
  return routes.flatMap((route) => [route, { ...route, url: `${route.url}/` }]);
}

/** Then both are one route, which may be declared once. Fastify 5 has the option in two places. */
function ignoresSlashes(config: FastifyInstance["initialConfig"]): boolean {
  const { ignoreTrailingSlash, routerOptions } = config as {
    readonly ignoreTrailingSlash?: boolean;
    readonly routerOptions?: { readonly ignoreTrailingSlash?: boolean };
  };
  return ignoreTrailingSlash === true || routerOptions?.ignoreTrailingSlash === true;
}
