import { PayloadError, type JobListOptions, type Offhook } from "@offhook/core";
import type { Router } from "express";
import { flag, idList, readBody } from "./body-fields.ts";
import { cursor, limit, name, oneOf, readPage, type Parameters } from "./query-parameters.ts";
import { get, post } from "./routing.ts";

/** How long a drain goes on that was asked for over HTTP. */
const drainMs = 20_000;

/** What waits, runs and is dead. */
export function addJobRoutes(router: Router, offhook: Offhook): void {
  const parameters: Parameters<JobListOptions> = {
    state: oneOf(["waiting", "running", "dead"]),
    kind: name,
    limit,
    cursor,
  };

  get(router, "/jobs", async (request, response) => {
    response.json(await offhook.jobs.list(readPage(request, parameters)));
  });
  post(router, "/jobs/drain", async (_request, response) => {
    response.json(await offhook.drain({ timeoutMs: drainMs }));
  });
  post(router, "/jobs/retry", async (request, response) => {
    const { ids, all } = readBody<{ readonly ids?: readonly string[]; readonly all?: boolean }>(request.body, {
      ids: idList,
      all: flag,
    });
    if ((ids === undefined) === (all !== true)) {
      throw new PayloadError("payload_invalid", 'Body: expected either {"ids":[…]} or {"all":true}');
    }
    response.json({ retried: await offhook.jobs.retry(ids ?? "all") });
  });
}
