import { checkVerification } from "./check-verification.ts";
import { ConfigurationError } from "./errors.ts";
import { mediaTypeOf } from "./headers.ts";
import type { Provider, ProviderRoute } from "./provider.ts";
import { providerName } from "./references.ts";

/** An address and what serves it. */
export type Route =
  | { readonly type: "provider"; readonly provider: Provider; readonly route: ProviderRoute }
  | { readonly type: "test" }
  | { readonly type: "echo" };

/** Finds what serves a path. */
export interface Router {
  /** By the path on the wire, or else by the path below the mount. */
  match(wirePath: string, mountedPath: string): Route | undefined;
  /** Every address, in the order of the providers. */
  readonly paths: readonly (Pick<WebhookAddress, "path" | "relativePath"> & { readonly route: Route })[];
}

/** One webhook address that is served. */
export interface WebhookAddress {
  readonly path: string;
  /** The same below the prefix, with a slash before it; undefined for an address that is absolute. */
  readonly relativePath: string | undefined;
  /** Undefined for the test and echo routes. */
  readonly provider: string | undefined;
  readonly kind: string;
}

/** `/api/webhooks/` becomes `/api/webhooks`, `/` becomes empty. */
export function normalizePrefix(prefix: string): string {
  const trimmed = prefix.replace(/\/+$/, "");
  if (trimmed !== "" && !trimmed.startsWith("/")) {
    throw new ConfigurationError("option_invalid", `prefix: expected a path that starts with a slash, got "${prefix}"`);
  }
  return trimmed;
}

/** @throws ConfigurationError `option_invalid` for a bad provider name or an address that two routes claim. */
export function createRouter(providers: readonly Provider[], options: { prefix: string; echo: boolean }): Router {
  // Relative paths are found below the prefix and below wherever the handler is mounted.
  const relative = new Map<string, Route>();
  const absolute = new Map<string, Route>();
  const paths: Router["paths"][number][] = [];
  const add = (path: string, route: Route): void => {
    if (path === "" || path.endsWith("/")) {
      throw new ConfigurationError("option_invalid", `Route "${path}": expected a path without a slash at its end`);
    }
    const table = path.startsWith("/") ? absolute : relative;
    const key = path.startsWith("/") ? path : `/${path}`;
    if (table.has(key)) {
      throw new ConfigurationError(
        "option_invalid",
        `Route "${path}": expected one owner, got two: give each provider once`,
      );
    }
    table.set(key, route);
    paths.push(
      path.startsWith("/")
        ? { path, relativePath: undefined, route }
        : { path: `${options.prefix}${key}`, relativePath: key, route },
    );
  };
  for (const provider of providers) {
    if (!Array.isArray(provider.routes) || provider.routes.length === 0) {
      throw new ConfigurationError(
        "option_invalid",
        "providers: expected providers with routes, such as twilio({ … })",
      );
    }
    if (!providerName.test(provider.name)) {
      throw new ConfigurationError(
        "option_invalid",
        `Provider name: expected lower-case letters, digits and dashes, got "${provider.name}"`,
      );
    }
    for (const route of provider.routes) {
      checkVerification(route.paths[0], route.verification);
      for (const type of route.contentTypes) {
        if (type === mediaTypeOf(type)) continue;
        throw new ConfigurationError(
          "option_invalid",
          `Content types of "${route.paths[0]}": expected lower case without parameters, got "${type}"`,
        );
      }
      for (const path of route.paths) add(path, { type: "provider", provider, route });
    }
  }
  add("test", { type: "test" });
  if (options.echo) add("echo", { type: "echo" });
  const underPrefix = (path: string): Route | undefined =>
    options.prefix === "" || path.startsWith(`${options.prefix}/`)
      ? relative.get(path.slice(options.prefix.length))
      : undefined;
  const mounted = (path: string): Route | undefined => relative.get(path) ?? underPrefix(path);
  return {
    paths,
    match(wirePath, mountedPath) {
      const wire = withoutTrailingSlash(wirePath);
      return (
        underPrefix(wire) ??
        absolute.get(wire) ??
        // Only a handler mounted below the root may drop the prefix, or have another path before it.
        (mountedPath === wirePath ? undefined : mounted(withoutTrailingSlash(mountedPath)))
      );
    },
  };
}

const withoutTrailingSlash = (path: string): string =>
  path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;

export function addressesOf(router: Router): WebhookAddress[] {
  return router.paths.map(({ path, relativePath, route }) => ({
    path,
    relativePath,
    provider: route.type === "provider" ? route.provider.name : undefined,
    kind: route.type === "provider" ? route.route.kind : route.type,
  }));
}
