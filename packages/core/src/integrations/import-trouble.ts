import { ApiError } from "../api-error.ts";
import { ConfigurationError, OffhookError } from "../errors.ts";
import type { ImportDocument } from "./import-document.ts";

/** What failed, without what was sent: messages from elsewhere may quote it. */
export function reasonOf(error: unknown): NonNullable<ImportDocument["error"]> {
  if (error instanceof OffhookError) return { code: error.code, message: error.message };
  return { code: "internal_failure", message: `It failed with ${error instanceof Error ? error.name : typeof error}` };
}

/** A page's address may have been forgotten meanwhile. */
export const isRefusedCursor = ({ code }: ApiError): boolean => code === "api_rejected" || code === "api_not_found";

/** For whoever had a run that somebody else has now. */
export function overtakenError(
  { kind, provider, askedFrom }: ImportDocument,
  present: ImportDocument,
): ConfigurationError {
  const reason =
    present.askedFrom === askedFrom
      ? "another call or process, which was asked for the same, goes on with it"
      : "one of another range has taken its place";
  return new ConfigurationError("import_running", `${kind} of ${provider}: ${reason}`);
}

/** For pages that were not there in the time of a job, again and again. */
export const tooSlow = ({ provider }: ImportDocument): ApiError =>
  new ApiError("api_unavailable", `API of ${provider}, list calls: its pages take longer than a job may`, { provider });
