/** The parameters of a route by their names. In the Pages Router the fields of the query are among them. */
export interface NextParameters {
  readonly [name: string]: string | readonly string[] | undefined;
}

/** The path below the folder of a route, which its `[...path]` tells; the whole path where there is none. */
export function pathBelowMount(path: string, parameters: NextParameters = {}): string {
  for (const segments of Object.values(parameters)) {
    if (typeof segments !== "object") continue;
    const below = `/${segments.join("/")}`;
    if (path.endsWith(below) || path.endsWith(`${below}/`)) return below;
  }
  return path;
}
