import { dayOrTime } from "../api/call-range.ts";
import { ConfigurationError } from "../errors.ts";
import type { RunRange } from "./import-runs.ts";
import type { ImportOptions } from "../integrations.ts";
import { quoted } from "../list-options.ts";

/**
 * What an import is to bring in.
 * @throws ConfigurationError `option_invalid` for a range that is none.
 */
export function importRange(
  { from, to, notify = false, restart = false }: Pick<ImportOptions, "from" | "to" | "notify" | "restart">,
  nowMs: number,
): Omit<RunRange, "isBackground"> {
  return { ...checkedRange("import", { from, to }, nowMs), notify, restart };
}

/**
 * A range that has been; one that ends later ends now.
 * @throws ConfigurationError `option_invalid`
 */
export function checkedRange(
  what: string,
  asked: { readonly from: string; readonly to?: string | undefined },
  nowMs: number,
): Pick<RunRange, "from" | "to"> {
  const from = edgeOf(what, "from", asked.from);
  const to = asked.to === undefined ? undefined : edgeOf(what, "to", asked.to);
  if (to !== undefined && to <= from) throw invalid(`expected a time after ${from} to end at, got ${to}`, what);
  const at = new Date(nowMs).toISOString();
  if (from > at) throw invalid(`expected a time that has been, got ${from}`, what);
  return { from, to: to !== undefined && to > at ? undefined : to };
}

function edgeOf(what: string, name: string, text: string): string {
  const time = dayOrTime(text);
  if (time !== null) return time;
  const expected = "expected a day such as 2026-11-20, which begins at midnight UTC, or ISO-8601 with its zone";
  throw invalid(`${name}: ${expected}, got ${quoted(text)}`, what);
}

const invalid = (expectation: string, what: string): ConfigurationError =>
  new ConfigurationError("option_invalid", `${what}: ${expectation}`);
