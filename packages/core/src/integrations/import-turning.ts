import { ApiError } from "../api-error.ts";
import { nextWindow, windowAt, type ImportDocument, type ImportWindow } from "./import-document.ts";
import { tailOf } from "./import-counting.ts";
import type { ImportNote } from "../integrations.ts";
import type { ApiPage } from "../provider-api.ts";

/** How often a window is read again, because its pages moved or its cursor was forgotten. */
export const mostRounds = 3;

/** The pages of a vendor lead back to one that was read: asking again would never end. */
export class PagesLeadBack extends ApiError {}

/**
 * The document with a page behind it: on the next page, in the next window, in the same window once more, or finished.
 * @throws PagesLeadBack.
 */
export function withTurned(document: ImportDocument, page: ApiPage): ImportDocument {
  const { window, provider } = document;
  const { nextCursor } = page;
  const notes = noted(document, page);
  const total = window.total ?? page.total;
  const pages = window.pages + 1;
  const isShifted = window.isShifted || (page.total !== null && page.total !== total);
  if (nextCursor !== null && nextCursor === window.mark) {
    throw new PagesLeadBack(
      "api_malformed",
      `API of ${provider}, list calls: its pages lead back to one that was read`,
      {
        provider,
      },
    );
  }
  // Brent: whatever the length of the circle, one of the marks lies on it and is long enough ago.
  const mark = (pages & (pages - 1)) === 0 ? nextCursor : window.mark;
  const turned: ImportWindow = {
    ...window,
    total,
    isShifted,
    done: 0,
    lastDone: null,
    pages,
    mark,
    tail: tailOf(page.records),
  };
  if (nextCursor !== null) return { ...document, notes, window: { ...turned, cursor: nextCursor } };
  // Calls came or went while the pages were read: one may have slipped from a page to one that was read before.
  if (isShifted && window.round < mostRounds) return { ...document, notes, window: begunAnew(turned) };
  if (isShifted) addNote(notes, { code: "pages_shifted", text: shiftedText });
  const next = nextWindow({ ...document, window: turned });
  if (next === undefined) return { ...document, notes, state: "finished", window: { ...turned, cursor: null } };
  return { ...document, notes, window: next };
}

/** The same window from its first page. What is counted of it stays so. */
export const begunAnew = ({ from, to, days, round, counted, unreadableCounted }: ImportWindow): ImportWindow => ({
  ...windowAt(Date.parse(from), Date.parse(to), days),
  round: round + 1,
  counted,
  unreadableCounted,
});

const shiftedText =
  "Calls came or went each time while the pages were read; one may be missing until the next reconcile";

/** The document's notes, with those of a page. */
function noted({ notes }: ImportDocument, page: ApiPage): ImportNote[] {
  const all = [...notes];
  for (const text of page.notes ?? []) addNote(all, { code: "less_asked", text });
  return all;
}

/** Once each. */
export function addNote(notes: ImportNote[], note: ImportNote): void {
  if (!notes.some(({ code, text }) => code === note.code && text === note.text)) notes.push(note);
}
