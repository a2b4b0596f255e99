import { OffhookError } from "@offhook/core";
import type { Response } from "express";

/** Every refusal of the management routes. No other file knows their statuses. */
const refusals = {
  unauthorized: [401, "Send the admin token: Authorization: Bearer <token>"],
  payload_invalid: [400, "The request cannot be read"],
  body_too_large: [413, "The body is too large"],
  unsupported_media_type: [415, "Send JSON: Content-Type: application/json"],
  method_not_allowed: [405, "The method is not allowed here"],
  not_found: [404, "There is nothing here"],
  storage_unavailable: [503, "The storage cannot be reached, please try again"],
  internal: [500, "The server failed; its log has the reason"],
} as const;

/** Those that Offhook itself does not know. */
const own: ReadonlySet<string> = new Set(["unauthorized", "internal"]);

export type ManagementRefusal = keyof typeof refusals;

/** Answers with an error in the shape that every Offhook route uses. */
export function refuse(response: Response, code: ManagementRefusal, message?: string): void {
  const [status, usual] = refusals[code];
  if (code === "unauthorized") response.setHeader("www-authenticate", "Bearer");
  if (code === "storage_unavailable") response.setHeader("retry-after", "5");
  response.status(status).json({
    success: false,
    error: {
      code,
      message: message ?? usual,
      docs: own.has(code) ? "examples/server/README.md#errors" : `docs/errors.md#${code}`,
    },
  });
}

/** What a thrown value is answered with; a message only where it was written for whoever asks. */
export function refusalOf(error: unknown): { code: ManagementRefusal; message?: string } {
  if (error instanceof OffhookError) {
    if (error.code === "payload_invalid") return { code: error.code, message: error.message };
    if (error.code === "storage_unavailable") return { code: error.code };
  }
  // What express.json() and the router throw for a request that is broken carries the status.
  const status = error instanceof Error && "status" in error ? error.status : undefined;
  if (status === 413) return { code: "body_too_large" };
  if (typeof status === "number" && status >= 400 && status < 500) return { code: "payload_invalid" };
  return { code: "internal" };
}
