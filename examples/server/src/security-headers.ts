import type { RequestHandler } from "express";

/** For answers that are data for programs: nothing may frame, keep, run or guess anything of them. */
const headers = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};
const secure = { ...headers, "strict-transport-security": "max-age=31536000" };

export function securityHeaders(publicUrl: string): RequestHandler {
  const chosen = publicUrl.startsWith("https:") ? secure : headers;
  return (_request, response, next) => {
    for (const [name, value] of Object.entries(chosen)) response.setHeader(name, value);
    next();
  };
}
