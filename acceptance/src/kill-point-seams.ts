import type { IncomingRequest, Offhook, Provider, Storage } from "@offhook/core";
import type { Reach } from "./kill-point.ts";

// Core knows of no point: each stands around something that an app hands in or calls.

/** A door's Offhook: the points between the door and core. */
export function reachingOffhook(offhook: Offhook, reach: Reach): Offhook {
  return {
    ...offhook,
    async handle(request) {
      const answer = await offhook.handle({ ...request, body: reachingBody(request.body, reach) });
      reach("before-answer");
      return answer;
    },
  };
}

function reachingBody(body: IncomingRequest["body"], reach: Reach): IncomingRequest["body"] {
  return async (maxBytes) => {
    const bytes = typeof body === "function" ? await body(maxBytes) : body;
    reach("after-read");
    return bytes;
  };
}

/** A provider is asked what a delivery means as soon as the delivery has proven itself. */
export function reachingProvider(provider: Provider, reach: Reach): Provider {
  return {
    ...provider,
    routes: provider.routes.map((route) => ({
      ...route,
      translate(delivery) {
        reach("after-verify");
        return route.translate(delivery);
      },
    })),
  };
}

/** The points of a transaction that journals deliveries; others are passed over. */
export function reachingStorage(storage: Storage, reach: Reach): Storage {
  return {
    ...storage,
    async write(work) {
      let journals = false;
      const result = await storage.write(async (transaction) => {
        const worked = await work({
          ...transaction,
          async insertDeliveries(deliveries) {
            journals = true;
            const known = await transaction.insertDeliveries(deliveries);
            reach("after-insert");
            return known;
          },
        });
        if (journals) reach("before-commit");
        return worked;
      });
      if (journals) reach("after-commit");
      return result;
    },
  };
}
