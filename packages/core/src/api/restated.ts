import { ApiError, type ApiErrorCode } from "../api-error.ts";

/** The same failure in other words, with the one that it was as its cause. */
export function restated(
  error: ApiError,
  { code = error.code, message = error.message }: { readonly code?: ApiErrorCode; readonly message?: string },
): ApiError {
  const { provider, status, vendorCode, vendorMessage, requestId, retryAfterMs } = error;
  const details = { provider, status, vendorCode, vendorMessage, requestId, retryAfterMs, cause: error };
  return new ApiError(code, message, details);
}
