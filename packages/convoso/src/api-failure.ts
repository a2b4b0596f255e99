import { isRecord, type ApiErrorCode } from "@offhook/core";
import type { ApiFailure } from "@offhook/core/client";

// The glossary's codes mean what they mean in HTTP. Those above 6000 mean something else at each address, so that they
// are handed on as they are. https://help.convoso.com/hc/en-us/articles/37988572145691-API-Glossary
const causes: ReadonlyMap<string, ApiErrorCode> = new Map([
  ["401", "api_unauthorized"],
  ["403", "api_forbidden"],
  ["500", "api_unavailable"],
]);

/** No number for a bad token is published. Only what names it counts: a list may be "unauthorized" as well. */
const ofTheToken = /\bauth(?:entication|ori[sz]ation)?[\s_-]*token\b/i;

/** Convoso says most of its failures with HTTP 200. Undefined for what is none. */
export function failureIn(body: unknown): ApiFailure | undefined {
  return isRecord(body) && body["success"] === false ? readFailure(body) : undefined;
}

/** The number and the text of a failure, where there are any. */
export function readFailure(body: unknown): ApiFailure {
  if (!isRecord(body)) return {};
  const said = typeof body["code"] === "number" || typeof body["code"] === "string" ? String(body["code"]) : null;
  const isNumber = said !== null && /^\d{1,9}$/.test(said);
  const code = isNumber ? said : null;
  const message = typeof body["text"] === "string" ? body["text"] : isNumber ? null : said;
  const cause = causes.get(code ?? "") ?? (ofTheToken.test(message ?? "") ? "api_unauthorized" : undefined);
  return { code, message, ...(cause === undefined ? {} : { cause }) };
}
