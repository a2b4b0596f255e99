import { ApiError, type ApiContext, type Call } from "@offhook/core";
import type { ConvosoCall } from "./api-records.ts";
import type { ConvosoClient } from "./create-client.ts";
import { isDerivedId } from "./derived-id.ts";

/** By which Convoso can be asked for a call. */
export const ownReferences = ({ references }: Call): readonly string[] =>
  references.filter(({ provider, id }) => provider === "convoso" && !isDerivedId(id)).map(({ id }) => id);

/** What the log has under an id; undefined where it has nothing. @throws ApiError */
export async function findCall(
  client: ConvosoClient,
  id: string,
  context: ApiContext | undefined,
): Promise<ConvosoCall | undefined> {
  if (isDerivedId(id)) return undefined;
  try {
    return await client.calls.get(id, context);
  } catch (error) {
    if (error instanceof ApiError && error.code === "api_not_found") return undefined;
    throw error;
  }
}
