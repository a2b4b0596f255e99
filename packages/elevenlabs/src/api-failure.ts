import type { ApiErrorCode } from "@offhook/core";
import type { ApiFailure } from "@offhook/core/client";
import { isRecord } from "./payload.ts";

// A key that lacks a permission is answered like a wrong one, an unknown id now and then like a wrong request.
// https://elevenlabs.io/docs/eleven-api/resources/errors
const causes: { readonly [code: string]: ApiErrorCode } = {
  missing_permissions: "api_forbidden",
  quota_exceeded: "api_forbidden",
};

/** The forms of `detail`: an object with a code, one with the older `status`, a list of what is invalid, a text. */
export function readFailure(body: unknown, status: number): ApiFailure {
  const detail = isRecord(body) ? body["detail"] : undefined;
  if (typeof detail === "string") return { message: detail };
  const said: unknown = Array.isArray(detail) ? detail[0] : detail;
  if (!isRecord(said)) return {};
  const code = nameOf(said["code"]) ?? nameOf(said["status"]) ?? nameOf(said["type"]);
  const cause = causeOf(nameOf(said["code"]), status) ?? causeOf(nameOf(said["status"]), status);
  return {
    code,
    message: textOf(said["message"]) ?? textOf(said["msg"]),
    requestId: textOf(said["request_id"]),
    ...(cause === undefined ? {} : { cause }),
  };
}

function causeOf(code: string | null, status: number): ApiErrorCode | undefined {
  if (code === null || status >= 500) return undefined;
  if (code.endsWith("not_found") && status !== 401) return "api_not_found";
  return Object.hasOwn(causes, code) ? causes[code] : undefined;
}

const textOf = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** A code becomes part of messages, so what is no plain name is none. */
const nameOf = (value: unknown): string | null =>
  typeof value === "string" && /^[\w.-]{1,60}$/.test(value) ? value : null;
