import { PayloadError, version, type Offhook } from "@offhook/core";
import { deleteByNumber, renormalize } from "@offhook/core/maintenance";
import type { Router } from "express";
import { flag, readBody, textField } from "./body-fields.ts";
import { phone } from "./query-parameters.ts";
import { get, post, signalOf } from "./routing.ts";

/** The state of the whole, and what is done to all of it. */
export function addAdminRoutes(router: Router, offhook: Offhook): void {
  get(router, "/admin/health", async (_request, response) => {
    const { engine, calls, leads, events, agents, deliveries, jobs, pool } = await offhook.health();
    response.json({
      ok: true,
      // A dead job waits for somebody to look at it.
      healthy: jobs.dead === 0,
      // The embedded storage has no pool.
      pool: pool ?? { totalCount: 0, idleCount: 0, waitingCount: 0 },
      stats: { calls, leads, agents, events },
      deliveries,
      jobs,
      engine,
      version,
      uptimeSeconds: Math.floor(process.uptime()),
    });
  });
  post(router, "/admin/renormalize", async (request, response) => {
    // Whoever expects a preview of it shall not get the thing itself.
    readBody(request.body, {});
    response.json(await renormalize(offhook, { signal: signalOf(response) }));
  });
  post(router, "/admin/delete-by-number", async (request, response) => {
    const { number, preview = false } = readBody<{ readonly number?: string; readonly preview?: boolean }>(
      request.body,
      { number: textField(phone), preview: flag },
    );
    if (number === undefined) throw new PayloadError("payload_invalid", 'Member "number": expected it, got none');
    response.json(await deleteByNumber(offhook, number, { preview }));
  });
}
