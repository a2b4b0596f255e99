import type { ApiErrorCode } from "../api-error.ts";

/** What an answer that is no success says, going by its status alone. */
export function codeOfStatus(status: number): ApiErrorCode {
  if (status === 401) return "api_unauthorized";
  if (status === 402 || status === 403) return "api_forbidden";
  if (status === 404 || status === 410) return "api_not_found";
  if (status === 429) return "api_rate_limited";
  if (status === 408 || status === 425 || status >= 500) return "api_unavailable";
  return "api_rejected";
}

/** Seconds or a date, as milliseconds from now. https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
export function retryAfterOf(headers: Pick<Headers, "get">): number | null {
  const text = headers.get("retry-after")?.trim() ?? "";
  // Some write fractions; a number is never a date, though the platform would read "1.5" as a day in January.
  const ms = /^\d+(?:\.\d*)?$/.test(text)
    ? Math.ceil(Number(text) * 1000)
    : httpDate.test(text)
      ? Date.parse(text) - Date.now()
      : Number.NaN;
  return Number.isFinite(ms) ? Math.max(ms, 0) : null;
}

/** Begins with the name of a day. https://www.rfc-editor.org/rfc/rfc9110#http.date */
const httpDate = /^[A-Z][a-z]{2,8},? .*\d/;
