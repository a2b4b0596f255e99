import * as z from "zod/mini";
import { readCall as readAnyCall, type RetellCall } from "./payload.ts";

export type { RetellCall } from "./payload.ts";

// A member of the wrong type counts as missing: only what names a record can cost the record.
const lenient = <Schema extends z.ZodMiniType>(schema: Schema) =>
  // oxlint-disable-next-line promise/valid-params -- zod's catch, not a promise's
  z.catch(z.nullish(schema), null);
const text = lenient(z.string());

/** What can stand in a path, and in every storage's keys. */
export const isRetellId = (id: string): boolean => /^[\w.-]{1,255}$/.test(id);
const identifier = z.string().check(z.refine(isRetellId));

/** Calls of the API and of webhooks are the same. Undefined for what is not one. */
export function readCall(json: unknown): RetellCall | undefined {
  const call = readAnyCall(json);
  return call !== undefined && isRetellId(call.call_id) ? call : undefined;
}

// https://docs.retellai.com/api-references/list-agents
const listedAgentSchema = z.object({ agent_id: identifier, agent_name: text, channel: text });

// https://docs.retellai.com/api-references/get-agent
const agentSchema = z.object({
  agent_id: identifier,
  agent_name: text,
  version: lenient(z.number()),
  is_published: lenient(z.boolean()),
  webhook_url: text,
});

const keyInfoSchema = z.object({ org_name: text, api_key_name: text });

/** An agent as the list has it. */
export type RetellListedAgent = z.infer<typeof listedAgentSchema>;
/** The latest version of an agent. */
export type RetellAgent = z.infer<typeof agentSchema>;
/** Who an API key belongs to. */
export type RetellKeyInfo = z.infer<typeof keyInfoSchema>;

/** Undefined for what is not such a record. */
function reader<Schema extends z.ZodMiniType>(schema: Schema): (json: unknown) => z.infer<Schema> | undefined {
  return (json) => {
    const parsed = schema.safeParse(json);
    return parsed.success ? parsed.data : undefined;
  };
}

export const readListedAgent = reader(listedAgentSchema);
export const readAgent = reader(agentSchema);
export const readKeyInfo = reader(keyInfoSchema);
