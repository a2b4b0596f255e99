import type { CallEvent } from "./call-event.ts";
import type { Call } from "./call.ts";
import type { Delivery } from "./delivery.ts";
import { compareEvents, timeOf } from "./event-order.ts";
import { lacking } from "./abilities.ts";
import type { Job } from "./job.ts";
import type { Lead } from "./lead.ts";
import { limitOf, rangeOf, type DeliveryListOptions, type JobListOptions, type ListOptions } from "./list-options.ts";
import { parseId } from "./references.ts";
import type { DeliverySummary, Page, Storage, Stored, Subject } from "./storage.ts";

export interface QueryOptions {
  readonly storage: Storage;
  readonly tenantId: string;
  /** Opens the storage unless it is open. */
  readonly open: () => Promise<void>;
}

/** What apps read of a tenant. */
export function queriesOn({ storage, tenantId, open }: QueryOptions) {
  async function find<S extends Subject>(subject: S, id: string): Promise<Stored<S> | undefined> {
    const reference = parseId(subject, id);
    if (reference === undefined) return undefined;
    await open();
    return storage.get(subject, tenantId, reference);
  }

  return {
    calls: {
      async get(id: string): Promise<Call | undefined> {
        return (await find("call", id))?.record;
      },
      async list(options: ListOptions = {}): Promise<Page<Call>> {
        await open();
        return storage.list("call", { ...options, ...rangeOf(options), tenantId });
      },
      async events(id: string): Promise<readonly CallEvent[] | undefined> {
        return (await find("call", id))?.events.toSorted(
          (left, right) => timeOf(left).localeCompare(timeOf(right)) || compareEvents(left, right),
        );
      },
    },
    leads: {
      async get(id: string): Promise<Lead | undefined> {
        return (await find("lead", id))?.record;
      },
      async list(options: ListOptions = {}): Promise<Page<Lead>> {
        await open();
        return storage.list("lead", { ...options, ...rangeOf(options), tenantId });
      },
    },
    deliveries: {
      async get(id: string): Promise<Delivery | undefined> {
        await open();
        return storage.getDelivery(tenantId, id);
      },
      async list(options: DeliveryListOptions = {}): Promise<Page<DeliverySummary>> {
        await open();
        return storage.listDeliveries({ ...options, ...rangeOf(options), tenantId });
      },
    },
    jobs: {
      async list(options: JobListOptions = {}): Promise<Page<Job>> {
        await open();
        if (storage.listJobs === undefined) throw lacking("listJobs");
        return storage.listJobs({ ...options, limit: limitOf(options), tenantId });
      },
    },
  };
}
