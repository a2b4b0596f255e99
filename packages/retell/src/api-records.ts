import { payloadReaders } from "@offhook/core";
import { readCall as readAnyCall, type Lenient, type RetellCall } from "./payload.ts";

export type { RetellCall } from "./payload.ts";

/** An agent as the list has it. */
export interface RetellListedAgent extends Lenient<{
  agent_name: string;
  /** `voice` or `chat`. */
  channel: string;
}> {
  readonly agent_id: string;
}

/** The latest version of an agent. */
export interface RetellAgent extends Lenient<{
  agent_name: string;
  /** Counted from zero. */
  version: number;
  /** A published version cannot be changed. */
  is_published: boolean;
  /** Of the agent alone; without one the account's is used. */
  webhook_url: string;
  /** What is sent there. Without a list: `call_started`, `call_ended` and `call_analyzed`. */
  webhook_events: readonly string[];
}> {
  readonly agent_id: string;
}

/** Who an API key belongs to. */
export interface RetellKeyInfo extends Lenient<{ api_key_name: string }> {
  readonly org_name: string;
}

type Read<Item> = (json: unknown) => Item | undefined;

// A member of the wrong type counts as missing: only what names a record can cost the record.
const { text, number, flag, identified } = payloadReaders(null);

/** What can stand in a path, and in every storage's keys. */
export const isRetellId = (id: string): boolean => /^[\w.-]{1,255}$/.test(id);

/** Calls of the API and of webhooks are the same. Undefined for what is not one. */
export function readCall(json: unknown): RetellCall | undefined {
  const call = readAnyCall(json);
  return call !== undefined && isRetellId(call.call_id) ? call : undefined;
}

/** https://docs.retellai.com/api-references/list-agents */
export const readListedAgent: Read<RetellListedAgent> = identified("agent_id", isRetellId, {
  agent_name: text,
  channel: text,
});

/** https://docs.retellai.com/api-references/get-agent */
export const readAgent: Read<RetellAgent> = identified("agent_id", isRetellId, {
  agent_name: text,
  version: number,
  is_published: flag,
  webhook_url: text,
  webhook_events: textsOf,
});

/** https://docs.retellai.com/api-references/get-api-key-info */
export const readKeyInfo: Read<RetellKeyInfo> = identified("org_name", () => true, { api_key_name: text });

/** All of them or none: a list without what could not be read would be another one. */
function textsOf(value: unknown): readonly string[] | null {
  return Array.isArray(value) && value.every((item) => typeof item === "string") ? value : null;
}
