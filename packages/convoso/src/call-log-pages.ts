import { malformed, type ItemPage } from "@offhook/core/client";
import { ApiError, isRecord } from "@offhook/core";
import { middleOf, readClock, type AccountInterval } from "./account-interval.ts";
import { countOf } from "./api-records.ts";

/** Beyond it Convoso refuses. https://help.convoso.com/hc/en-us/articles/37842066660891-Call-Log-Retrieve-Search-API */
const maxOffset = 40_000;

/** 500 is the most that Convoso gives at once, by the same page. */
export const callsPerPage = 500;

/** So many calls of a part can have been read when it has to be cut up after all, and begins anew. */
export const mostInPart = maxOffset + callsPerPage;

/** Where a walk through an interval is. Pages are by number, and so many that the interval may have to be cut up. */
interface Position {
  /** Of the part that is being read. */
  readonly start: string;
  /** The ends of this part and of those after it. Each begins at the very second at which the one before it ends. */
  readonly ends: readonly string[];
  readonly offset: number;
  /** How many calls Convoso counted in this part, and in the whole interval, when it was first asked. */
  readonly part: number | null;
  readonly whole: number | null;
}

/** Asks for one page. */
export type ReadLog<Item> = (request: AccountInterval & { readonly offset: number }) => Promise<{
  readonly items: readonly Item[];
  readonly unreadable: readonly string[];
  /** How many Convoso counts in the interval. */
  readonly found: number | null;
}>;

/**
 * One page of an interval, however many calls it has. A call at a seam may come twice.
 *
 * @param cursor from the page before, with the same interval.
 * @throws ApiError `api_rejected` for a cursor that is of another making or interval.
 */
export async function readLogPage<Item>(
  what: string,
  interval: AccountInterval,
  cursor: string | undefined,
  read: ReadLog<Item>,
): Promise<ItemPage<Item>> {
  let position = cursor === undefined ? beginningOf(interval) : readCursor(what, interval, cursor);
  for (;;) {
    const { start, ends, offset } = position;
    const end = ends[0] ?? interval.end;
    const { items, unreadable, found } = await read({ start, end, offset });
    position = { ...position, whole: position.whole ?? found, part: position.part ?? found };
    if (offset === 0 && found !== null && found > maxOffset) {
      position = halve(what, position, end);
      continue;
    }
    const next = nextOf(what, position, { end, received: items.length + unreadable.length, found });
    return {
      items,
      unreadable,
      nextCursor: next === null ? null : JSON.stringify(next),
      total: totalOf(position, found),
    };
  }
}

const beginningOf = ({ start, end }: AccountInterval): Position => ({
  start,
  ends: [end],
  offset: 0,
  part: null,
  whole: null,
});

/** The same part in two, from its beginning: what was read of it may have been in another order. */
function halve(what: string, position: Position, end: string): Position {
  const middle = middleOf({ start: position.start, end });
  if (middle === null) throw malformed("convoso", what, `expected at most ${maxOffset} calls in a second`);
  return { ...position, ends: [middle, ...position.ends], offset: 0, part: null };
}

interface Read {
  readonly end: string;
  readonly received: number;
  readonly found: number | null;
}

function nextOf(what: string, position: Position, { end, received, found }: Read): Position | null {
  const offset = position.offset + received;
  const isOver = received === 0 || (found !== null && offset >= found);
  // More calls have come in than there were.
  if (!isOver) return offset > maxOffset ? halve(what, position, end) : { ...position, offset };
  const ends = position.ends.slice(1);
  return ends.length === 0 ? null : { ...position, start: end, ends, offset: 0, part: null };
}

/** As counted at the beginning, so that it stays the same over all parts, but for what came or went meanwhile. */
const totalOf = ({ whole, part }: Position, found: number | null): number | null =>
  whole === null || part === null || found === null ? null : whole + found - part;

/** It lay in a database meanwhile. */
function readCursor(what: string, interval: AccountInterval, cursor: string): Position {
  const position = parsePosition(cursor);
  if (position !== undefined && position.start >= interval.start && position.ends.at(-1) === interval.end) {
    return position;
  }
  throw new ApiError("api_rejected", `API of convoso, ${what}: expected the cursor of this interval, got another one`, {
    provider: "convoso",
  });
}

function parsePosition(cursor: string): Position | undefined {
  let json: unknown;
  try {
    json = JSON.parse(cursor);
  } catch {
    return undefined;
  }
  if (!isRecord(json)) return undefined;
  const { start, ends, offset, part, whole } = json;
  if (!Array.isArray(ends) || ends.length === 0 || !isCount(part) || !isCount(whole)) return undefined;
  if (typeof offset !== "number" || countOf(offset) === null || offset > maxOffset) return undefined;
  const times = [start, ...(ends as readonly unknown[])].filter(isTime);
  const [first, ...others] = times;
  const isAscending = times.every((time, index) => index === 0 || time >= (times[index - 1] ?? ""));
  if (first === undefined || others.length !== ends.length || !isAscending) return undefined;
  return { start: first, ends: others, offset, part, whole };
}

const isTime = (value: unknown): value is string => typeof value === "string" && readClock(value) !== null;

const isCount = (value: unknown): value is number | null =>
  value === null || (typeof value === "number" && countOf(value) !== null);
