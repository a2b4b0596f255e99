import type { DatabaseSync } from "node:sqlite";
import type { DeliveryStatus, Job, StorageHealth } from "@offhook/core";
import { prepare } from "./connection.ts";
import { keyText } from "./key-text.ts";

export function healthOn(database: DatabaseSync): (tenantId: string) => StorageHealth {
  const calls = prepare<{ readonly count: number }>(
    database,
    "select count(*) as count from calls where tenant_id = ?",
  );
  const agents = prepare<{ readonly count: number }>(
    database,
    "select count(*) as count from call_agents where tenant_id = ?",
  );
  const leads = prepare<{ readonly count: number }>(
    database,
    "select count(*) as count from leads where tenant_id = ?",
  );
  const events = prepare<{ readonly events: number }>(database, "select events from event_counts where tenant_id = ?");
  const deliveries = prepare<{ readonly status: DeliveryStatus; readonly count: number }>(
    database,
    "select status, count(*) as count from deliveries where tenant_id = ? group by status",
  );
  const jobs = prepare<{ readonly state: Job["state"]; readonly count: number }>(
    database,
    "select state, count(*) as count from jobs where tenant_id = ? group by state",
  );
  return (tenantId) => {
    const tenantKey = keyText(tenantId);
    const byStatus: { [Status in DeliveryStatus]: number } = { applied: 0, unmapped: 0, failed: 0, rejected: 0 };
    for (const { status, count } of deliveries.all(tenantKey)) byStatus[status] = count;
    const byState: { [State in Job["state"]]: number } = { waiting: 0, running: 0, dead: 0 };
    for (const { state, count } of jobs.all(tenantKey)) byState[state] = count;
    return {
      engine: "sqlite",
      calls: calls.get(tenantKey)?.count ?? 0,
      leads: leads.get(tenantKey)?.count ?? 0,
      events: events.get(tenantKey)?.events ?? 0,
      agents: agents.get(tenantKey)?.count ?? 0,
      deliveries: byStatus,
      jobs: byState,
    };
  };
}
