import type { SQLInputValue } from "node:sqlite";

/** Conditions joined by "and", with their parameters in order. */
export class Conditions {
  readonly #conditions: string[] = [];
  readonly parameters: SQLInputValue[] = [];

  add(condition: string, ...parameters: SQLInputValue[]): void {
    this.#conditions.push(condition);
    this.parameters.push(...parameters);
  }

  sql(): string {
    return this.#conditions.join(" and ");
  }
}
