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
  const text = headers.get("retry-after");
  if (text === null || text === "") return null;
  const ms = /^\d{1,6}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Number.isNaN(ms) ? null : Math.max(ms, 0);
}
