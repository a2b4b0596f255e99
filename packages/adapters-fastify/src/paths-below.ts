import type { WebhookAddress } from "@offhook/core";

/**
 * The paths that a plugin has to declare so that every address is served, with and without a slash at its end.
 *
 * @param prefix what the plugin is registered at. Empty: each address is served as it is. Otherwise those that are not
 * absolute are served below it.
 */
export function pathsBelow(prefix: string, addresses: readonly WebhookAddress[]): readonly string[] {
  const paths = addresses.flatMap(({ path, relativePath }) => (prefix === "" ? path : (relativePath ?? [])));
  return paths.flatMap((path) => [path, `${path}/`]);
}
