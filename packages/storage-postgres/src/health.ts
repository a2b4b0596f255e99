import type { DeliveryStatus, Job, StorageHealth } from "@offhook/core";
import { keyText } from "./key-text.ts";
import type { PostgresPool } from "./postgres-pool.ts";
import type { Session } from "./session.ts";

/** Numbers that PostgreSQL gives as 64 bits arrive as text. */
type Count = string;

export function healthIn(
  schema: string,
): (session: Session, pool: PostgresPool, tenantId: string) => Promise<StorageHealth> {
  // Distinct agents are few: from one to the next by index, instead of reading every call.
  const totals = `with recursive agent as (
      (select agent_id from ${schema}.calls where tenant_id = $1 and agent_id is not null order by agent_id limit 1)
      union all
      select (
        select c.agent_id from ${schema}.calls c
        where c.tenant_id = $1 and c.agent_id > agent.agent_id order by c.agent_id limit 1
      ) from agent where agent.agent_id is not null
    )
    select
      (select count(*) from ${schema}.calls where tenant_id = $1) as calls,
      (select count(*) from ${schema}.leads where tenant_id = $1) as leads,
      (select coalesce(sum(events), 0) from ${schema}.event_counts where tenant_id = $1) as events,
      (select count(agent_id) from agent) as agents,
      (select count(*) from ${schema}.deliveries where tenant_id = $1) as deliveries`;
  const exceptions = `select status, count(*) as count from ${schema}.deliveries
    where tenant_id = $1 and status <> 'applied' group by status`;
  const jobs = `select state, count(*) as count from ${schema}.jobs where tenant_id = $1 group by state`;

  return async (session, pool, tenantId) => {
    const parameters = [keyText(tenantId)];
    const [[counted], statuses, states] = await Promise.all([
      session.run<{ [Name in "calls" | "leads" | "events" | "agents" | "deliveries"]: Count }>(
        { text: totals },
        parameters,
      ),
      session.run<{ readonly status: DeliveryStatus; readonly count: Count }>({ text: exceptions }, parameters),
      session.run<{ readonly state: Job["state"]; readonly count: Count }>({ text: jobs }, parameters),
    ]);
    const byStatus: { [Status in DeliveryStatus]: number } = { applied: 0, unmapped: 0, failed: 0, rejected: 0 };
    for (const { status, count } of statuses) byStatus[status] = Number(count);
    const { unmapped, failed, rejected } = byStatus;
    byStatus.applied = Number(counted?.deliveries ?? 0) - unmapped - failed - rejected;
    const byState: { [State in Job["state"]]: number } = { waiting: 0, running: 0, dead: 0 };
    for (const { state, count } of states) byState[state] = Number(count);
    const { totalCount, idleCount, waitingCount } = pool;
    return {
      engine: "postgres",
      calls: Number(counted?.calls ?? 0),
      leads: Number(counted?.leads ?? 0),
      events: Number(counted?.events ?? 0),
      agents: Number(counted?.agents ?? 0),
      deliveries: byStatus,
      jobs: byState,
      pool: { totalCount, idleCount, waitingCount },
    };
  };
}
