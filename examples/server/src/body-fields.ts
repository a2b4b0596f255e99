import { isRecord, PayloadError } from "@offhook/core";
import type { Parameter } from "./query-parameters.ts";

/** Reads one member of a JSON body, or returns undefined where it is not what the member takes. */
export interface Field<Value> {
  /** Completes "expected …". */
  readonly expected: string;
  read(value: unknown): Value | undefined;
}

export type Fields<Body> = { readonly [Name in keyof Body]-?: Field<Exclude<Body[Name], undefined>> };

/**
 * Reads a JSON body of known members, all of them optional.
 * @throws PayloadError `payload_invalid` that names the member, without its value.
 */
export function readBody<Body extends object>(body: unknown, fields: Fields<Body>): Partial<Body> {
  // Without a body Express leaves it undefined.
  if (body === undefined) return {};
  if (!isRecord(body)) throw new PayloadError("payload_invalid", "Body: expected a JSON object, got something else");
  const read: Partial<Body> = {};
  for (const [name, given] of Object.entries(body)) {
    if (!Object.hasOwn(fields, name)) {
      throw invalid(name, `expected one of ${Object.keys(fields).join(", ")}, got another member`);
    }
    // Own members of the table are the names of the body.
    const key = name as keyof Body;
    const value = fields[key].read(given);
    if (value === undefined) throw invalid(name, `expected ${fields[key].expected}`);
    read[key] = value;
  }
  return read;
}

const invalid = (name: string, problem: string): PayloadError =>
  new PayloadError("payload_invalid", `Member "${name}": ${problem}`);

/** A member that is written like a query parameter. */
export function textField<Value>({ expected, read }: Pick<Parameter<Value>, "expected" | "read">): Field<Value> {
  return { expected, read: (value) => (typeof value === "string" ? read(value) : undefined) };
}

export const flag: Field<boolean> = {
  expected: "true or false",
  read: (value) => (typeof value === "boolean" ? value : undefined),
};

export const idList: Field<readonly string[]> = {
  expected: "a list of ids",
  read: (value) =>
    Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string") ? value : undefined,
};

export function wholeNumber(least: number, most: number): Field<number> {
  return {
    expected: `a whole number from ${least} to ${most}`,
    read: (value) =>
      typeof value === "number" && Number.isInteger(value) && value >= least && value <= most ? value : undefined,
  };
}
