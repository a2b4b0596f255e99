import { ApiError, OffhookError } from "@offhook/core";
import type { Response } from "express";
import { addNote } from "./answer-note.ts";

/** Every refusal of the management routes. No other file knows their statuses. */
const refusals = {
  unauthorized: [401, "Send the admin token: Authorization: Bearer <token>"],
  payload_invalid: [400, "The request cannot be read: expected a well-formed address, and JSON where there is a body"],
  body_too_large: [413, "The body is too large"],
  unsupported_media_type: [415, "Send JSON: Content-Type: application/json"],
  method_not_allowed: [405, "The method is not allowed here: the header Allow names those that are"],
  not_found: [404, "There is no such route, or nothing with this id"],
  recording_missing: [404, "There is no recording to hear"],
  range_not_satisfiable: [416, "The range begins behind the end"],
  storage_unavailable: [503, "The storage cannot be reached, please try again"],
  client_missing: [409, "The vendor's API is not set up"],
  import_running: [409, "An import is on the way"],
  option_invalid: [400, "It cannot be done like this"],
  api_not_found: [404, "The vendor does not know it"],
  api_unauthorized: [502, "The vendor refuses our credentials"],
  api_forbidden: [502, "The vendor does not let our credentials do this"],
  api_rejected: [502, "The vendor refuses the request"],
  api_malformed: [502, "The vendor's answer cannot be read"],
  api_unavailable: [502, "The vendor does not answer"],
  api_rate_limited: [503, "The vendor wants fewer requests"],
  api_quota_exhausted: [503, "The vendor's limit of requests is used up"],
  url_refused: [502, "The address is not one that is gone to"],
  internal: [500, "The server failed; its log has the reason"],
} as const;

/** Those that Offhook itself does not know. */
const own: ReadonlySet<string> = new Set(["unauthorized", "recording_missing", "range_not_satisfiable", "internal"]);

export type ManagementRefusal = keyof typeof refusals;

interface RefusalDetails {
  /** Default: the usual one of the code. */
  readonly message?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** Which of several reasons with the same code it is, for whoever does not read messages. */
  readonly state?: string;
}

/** Answers with an error in the shape that every Offhook route uses. */
export function refuse(response: Response, code: ManagementRefusal, details: RefusalDetails = {}): void {
  const [status, usual] = refusals[code];
  if (code === "unauthorized") response.setHeader("www-authenticate", "Bearer");
  answerFailure(response, status, { code, message: usual }, details);
}

interface FailedRun {
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** Answers for what ran and failed: with its error as of any refusal, and beside it how far it came. */
export function refuseFailed(response: Response, { error, ...rest }: FailedRun): void {
  const { code, message } = error ?? { code: "internal", message: refusals.internal[1] };
  // Runs fail for more reasons than routes refuse for.
  const known = Object.hasOwn(refusals, code) ? (code as ManagementRefusal) : "internal"; // as just looked up
  answerFailure(response, refusals[known][0], { code, message }, {}, rest);
}

function answerFailure(
  response: Response,
  status: number,
  { code, message: usual }: { readonly code: string; readonly message: string },
  { message = usual, retryAfterSeconds, state }: RefusalDetails,
  beside: object = {},
): void {
  const waitSeconds = retryAfterSeconds ?? (status === 503 ? 5 : undefined);
  addNote(response, { code });
  if (waitSeconds !== undefined) response.setHeader("retry-after", String(waitSeconds));
  const docs = own.has(code) ? "examples/server/README.md#errors" : `docs/errors.md#${code}`;
  response.status(status).json({ success: false, error: { code, message, docs, state }, ...beside });
}

export interface Refusal extends RefusalDetails {
  readonly code: ManagementRefusal;
}

/** What a thrown value is answered with; a message only where it was written for whoever asks. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof OffhookError) {
    if (error.code === "payload_invalid") return { code: error.code, message: error.message };
    if (error.code === "storage_unavailable") return { code: error.code };
    // Their messages name no more than what was asked of whom.
    if (error instanceof ApiError) {
      const { code, message, retryAfterMs } = error;
      if (retryAfterMs === null) return { code, message };
      return { code, message, retryAfterSeconds: Math.max(Math.ceil(retryAfterMs / 1000), 1) };
    }
    if (error.code === "client_missing" || error.code === "import_running" || error.code === "option_invalid") {
      return { code: error.code, message: error.message };
    }
  }
  // What express.json() and the router throw for a request that is broken carries the status.
  const status = error instanceof Error && "status" in error ? error.status : undefined;
  if (status === 413) return { code: "body_too_large" };
  if (typeof status === "number" && status >= 400 && status < 500) return { code: "payload_invalid" };
  return { code: "internal" };
}
