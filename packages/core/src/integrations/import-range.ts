import { ConfigurationError } from "../errors.ts";
import type { RunRange } from "./import-runs.ts";
import type { ImportOptions } from "../integrations.ts";
import { timeOption } from "../list-options.ts";

/**
 * What an import is to bring in.
 * @throws ConfigurationError `option_invalid` for a range that is none.
 */
export function importRange(
  { from, to, notify = false, restart = false }: Pick<ImportOptions, "from" | "to" | "notify" | "restart">,
  nowMs: number,
): Omit<RunRange, "isBackground"> {
  const start = timeOption("from", from);
  if (start === undefined) throw invalid("expected a time from which to begin, got none");
  return { ...checkedRange("import", start, timeOption("to", to), nowMs), notify, restart };
}

/**
 * A range that has been; one that ends later ends now.
 * @throws ConfigurationError `option_invalid`
 */
export function checkedRange(
  what: string,
  from: string,
  to: string | undefined,
  nowMs: number,
): Pick<RunRange, "from" | "to"> {
  if (to !== undefined && to <= from) throw invalid(`expected a time after ${from} to end at, got ${to}`, what);
  const at = new Date(nowMs).toISOString();
  if (from > at) throw invalid(`expected a time that has been, got ${from}`, what);
  return { from, to: to !== undefined && to > at ? undefined : to };
}

const invalid = (expectation: string, what = "import"): ConfigurationError =>
  new ConfigurationError("option_invalid", `${what}: ${expectation}`);
