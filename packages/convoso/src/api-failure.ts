import { isRecord, type ApiErrorCode } from "@offhook/core";
import type { ApiFailure } from "@offhook/core/client";

// The glossary's codes mean what they mean in HTTP. Those above 6000 mean something else at each address, so that they
// are handed on as they are. https://help.convoso.com/hc/en-us/articles/37988572145691-API-Glossary
const causes: ReadonlyMap<string, ApiErrorCode> = new Map([
  ["401", "api_unauthorized"],
  ["403", "api_forbidden"],
  ["500", "api_unavailable"],
]);

/**
 * What is wrong is the token. The glossary has the number 401 for "missing or invalid token", but no text, and the articles
 * of the addresses have neither. So these are the usual words, and no more than can mean nothing else: a list, a campaign or
 * a user may be "unauthorized" as well.
 */
const ofTheToken: readonly RegExp[] = [
  /\bauth(?:entication|ori[sz]ation)?[\s_-]*token\b/i,
  /\b(?:invalid|incorrect|wrong|bad|missing|expired|revoked|unknown)\s+(?:(?:api|access)[\s_-]*)?token\b/i,
  /^(?:the |your )?(?:(?:api|access)[\s_-]*)?token (?:is |was |has )?(?:been )?(?:not valid|invalid|missing|expired|revoked)\b/i,
  /^(?:(?:api|token|user)\s+)?authentication\s+(?:has\s+)?(?:failed|failure|error|required)\b/i,
  // The whole of it: "You are not authorized to use this list" goes on to say what.
  /^(?:you(?:'re| are)\s+)?(?:not\s+authori[sz]ed|unauthori[sz]ed)(?:\s+(?:access|request))?\s*[.!]*$/i,
];

/** Convoso says most of its failures with HTTP 200. Undefined for what is none. */
export function failureIn(body: unknown): ApiFailure | undefined {
  return isRecord(body) && body["success"] === false ? readFailure(body) : undefined;
}

const saysToken = (message: string | null): boolean =>
  message !== null && ofTheToken.some((words) => words.test(message.trim()));

/** The number and the text of a failure, where there are any. */
export function readFailure(body: unknown): ApiFailure {
  if (!isRecord(body)) return {};
  const said = typeof body["code"] === "number" || typeof body["code"] === "string" ? String(body["code"]) : null;
  const isNumber = said !== null && /^\d{1,9}$/.test(said);
  const code = isNumber ? said : null;
  const message = typeof body["text"] === "string" ? body["text"] : isNumber ? null : said;
  const cause = causes.get(code ?? "") ?? (saysToken(message) ? "api_unauthorized" : undefined);
  return { code, message, ...(cause === undefined ? {} : { cause }) };
}
