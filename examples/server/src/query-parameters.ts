import { decodeCursor, PayloadError } from "@offhook/core";
import type { Request } from "express";

/** Reads one parameter's text, or returns undefined where it is not what the parameter takes. */
export interface Parameter<Value> {
  /** Completes "expected …". */
  readonly expected: string;
  read(text: string): Value | undefined;
}

export type Parameters<Query> = { readonly [Name in keyof Query]-?: Parameter<Exclude<Query[Name], undefined>> };

/**
 * Reads a query that consists of known parameters, each at most once.
 *
 * @throws PayloadError `payload_invalid` that names the parameter, without its value.
 */
export function readQuery<Query extends object>(url: string, parameters: Parameters<Query>): Partial<Query> {
  const query: Partial<Query> = {};
  const seen = new Set<string>();
  for (const [name, text] of new URL(url, "http://localhost").searchParams) {
    if (!Object.hasOwn(parameters, name)) {
      throw invalid(name, `expected one of ${Object.keys(parameters).join(", ")}, got another parameter`);
    }
    if (seen.has(name)) throw invalid(name, "expected it once, got it twice");
    seen.add(name);
    // Own members of the table are the names of the query.
    const key = name as keyof Query;
    const value = parameters[key].read(text);
    if (value === undefined) throw invalid(name, `expected ${parameters[key].expected}`);
    query[key] = value;
  }
  return query;
}

const invalid = (name: string, problem: string): PayloadError =>
  new PayloadError("payload_invalid", `Parameter "${name}": ${problem}`);

export function oneOf<const Value extends string>(values: readonly Value[]): Parameter<Value> {
  return {
    expected: `one of ${values.join(", ")}`,
    read: (text) => values.find((value) => value === text),
  };
}

const iso = /^(\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2}))?$/;

export const time: Parameter<string> = {
  expected:
    "an ISO-8601 time with its zone such as 2026-11-20T10:00:00Z, or a day such as 2026-11-20, which is a day in UTC",
  read(text) {
    // A plus sign that was not escaped arrives as a blank.
    const [match, day] = iso.exec(text.replace(/ (?=\d{2}:\d{2}$)/, "+")) ?? [];
    if (match === undefined || day === undefined || !isDay(day)) return undefined;
    const ms = Date.parse(match);
    return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
  },
};

/** Whether the month has the day: the platform takes the 31st of February for a day in March. */
function isDay(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

export const phone: Parameter<string> = {
  expected: "a number in E.164 such as +14155550100",
  read(text) {
    // A plus sign that was not escaped arrives as a blank.
    const number = text.replace(/^ /, "+");
    return /^\+[1-9]\d{1,14}$/.test(number) ? number : undefined;
  },
};

export const limit: Parameter<number> = {
  expected: "a whole number from 1 to 200",
  read: (text) => (/^[1-9]\d{0,2}$/.test(text) && Number(text) <= 200 ? Number(text) : undefined),
};

export const cursor: Parameter<string> = {
  expected: "the nextCursor of a page",
  // The storage knows its form.
  read: (text) => (text === "" ? undefined : text),
};

/** What every list of calls, leads and deliveries takes. */
export const page = { from: time, to: time, limit, cursor };

export const name: Parameter<string> = {
  expected: "a name of lower-case letters and dashes",
  read: (text) => (/^[a-z][a-z-]{0,63}$/.test(text) ? text : undefined),
};

/** Reads the query of a list. @throws PayloadError `payload_invalid`. */
export function readPage<Query extends { readonly cursor?: string | undefined }>(
  request: Request,
  parameters: Parameters<Query>,
): Partial<Query> {
  const query = readQuery(request.originalUrl, parameters);
  // Refused here, so that every storage answers the same.
  if (query.cursor !== undefined) decodeCursor(query.cursor);
  return query;
}
