import { restated, type ApiDialect } from "@offhook/core/client";
import { ApiError, isRecord } from "@offhook/core";

/** https://docs.retellai.com/api-references/get-call, under its responses */
export const readFailure: ApiDialect["readFailure"] = (body) => {
  const message = isRecord(body) ? body["message"] : undefined;
  return typeof message === "string" ? { message } : {};
};

/**
 * "Cannot find requested asset under given api key" comes as 422, where something was asked for by its id.
 * https://docs.retellai.com/api-references/get-call
 */
export async function requestOfId<Answer>(request: Promise<Answer>): Promise<Answer> {
  try {
    return await request;
  } catch (error) {
    throw error instanceof ApiError && error.status === 422 ? restated(error, { code: "api_not_found" }) : error;
  }
}
