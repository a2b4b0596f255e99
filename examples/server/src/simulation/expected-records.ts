import {
  createOffhook,
  memoryStorage,
  type CallEvent,
  type Lead,
  type Provider,
  type SignableRequest,
} from "@offhook/core";

export interface ExpectedRecords {
  /** By the id of the call that they are folded to. */
  readonly events: ReadonlyMap<string, readonly CallEvent[]>;
  readonly leads: readonly Lead[];
}

/** What the same requests make in memory: the server has to come to the same. */
export async function expectedRecords(
  providers: readonly Provider[],
  requests: readonly SignableRequest[],
): Promise<ExpectedRecords> {
  const offhook = createOffhook({ providers, storage: memoryStorage() });
  for (const request of requests) await offhook.handle(request);
  const events = new Map<string, readonly CallEvent[]>();
  for (const { id } of (await offhook.calls.list({ limit: 200 })).data) {
    events.set(id, (await offhook.calls.events(id)) ?? []);
  }
  const leads = (await offhook.leads.list({ limit: 200 })).data;
  await offhook.close();
  return { events, leads };
}
