import type { DatabaseSync } from "node:sqlite";
import type { RecordOf, Subject } from "@offhook/core";
import { keyText } from "./key-text.ts";

export interface AgentWriter {
  /** An agent that a call names from now on. */
  add(record: RecordOf<Subject>): void;
  /** One that it names no more. */
  remove(record: RecordOf<Subject>): void;
  replace(before: RecordOf<Subject>, after: RecordOf<Subject>): void;
}

/**
 * Counts how many calls name an agent. Not by triggers: the presence of one alone makes an insert take three times as
 * long, whether its condition holds or not.
 */
export function agentWriter(database: DatabaseSync): AgentWriter {
  const increase = database.prepare(
    "insert into call_agents values (?, ?, 1) on conflict do update set calls = calls + 1",
  );
  const decrease = database.prepare("update call_agents set calls = calls - 1 where tenant_id = ? and agent_id = ?");
  const removeUnnamed = database.prepare("delete from call_agents where tenant_id = ? and agent_id = ? and calls <= 0");
  const writer: AgentWriter = {
    add(record) {
      const agent = agentKey(record);
      if (agent !== null) increase.run(keyText(record.tenantId), agent);
    },
    remove(record) {
      const agent = agentKey(record);
      if (agent === null) return;
      const tenant = keyText(record.tenantId);
      decrease.run(tenant, agent);
      removeUnnamed.run(tenant, agent);
    },
    replace(before, after) {
      if (agentKey(before) === agentKey(after)) return;
      writer.remove(before);
      writer.add(after);
    },
  };
  return writer;
}

/** As the column has it; null for leads and for calls that name none. */
export function agentKey(record: RecordOf<Subject>): string | null {
  return "direction" in record && typeof record.agent?.id === "string" ? keyText(record.agent.id) : null;
}
