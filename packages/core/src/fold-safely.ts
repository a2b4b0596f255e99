import { PayloadError } from "./errors.ts";
import type { EventOf, RecordOf, Subject } from "./storage.ts";

/** @throws PayloadError `mapper_failed` for events that no rule can take, which a mapper without types can make. */
export function foldSafely<S extends Subject>(
  fold: (events: readonly EventOf<S>[]) => RecordOf<S>,
  events: readonly EventOf<S>[],
): RecordOf<S> {
  try {
    return fold(events);
  } catch (cause) {
    throw new PayloadError("mapper_failed", "Fold: expected facts of their types, got others", { cause });
  }
}
