import { encodeCursor, type Page } from "@offhook/core";

/** Conditions joined by "and", with their parameters in order. A question mark stands for each parameter. */
export class Conditions {
  readonly #conditions: string[] = [];
  readonly parameters: unknown[] = [];

  add(condition: string, ...parameters: readonly (string | number)[]): void {
    this.#conditions.push(this.place(condition, ...parameters));
  }

  /** SQL with the places of its parameters. */
  place(sql: string, ...parameters: readonly (string | number)[]): string {
    let used = 0;
    return sql.replaceAll("?", () => {
      this.parameters.push(parameters[used]);
      used += 1;
      return `$${this.parameters.length}`;
    });
  }

  sql(...further: readonly string[]): string {
    return [...this.#conditions, ...further].join(" and ");
  }
}

/** @param found one more than the limit, where there are more. */
export function pageOf<Item>(
  found: readonly Item[],
  limit: number,
  positionOf: (item: Item) => { readonly time: string; readonly id: string },
): Page<Item> {
  const data = found.slice(0, limit);
  const last = data.at(-1);
  return { data, nextCursor: found.length > limit && last !== undefined ? encodeCursor(positionOf(last)) : null };
}
