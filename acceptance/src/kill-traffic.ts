import { createOffhook, memoryStorage, type Provider } from "@offhook/core";
import { signSample, type SampleRequest } from "@offhook/testing";
import { livesOf, type Life } from "../../examples/server/src/simulation/lives.ts";

/** One request of the load, with what a storage must hold once it was acknowledged. */
export interface Traffic {
  readonly provider: Provider;
  readonly sample: SampleRequest;
  readonly eventIds: readonly string[];
  /** The Calls that these events alone make; a merge leaves such an id leading to the Call. */
  readonly callIds: readonly string[];
  /** What those Calls are called once everything was heard. */
  readonly finalCallIds: readonly string[];
  readonly leadIds: readonly string[];
  /** From the first 2xx whose body tells it. */
  deliveryId: string | undefined;
  acknowledged: boolean;
}

/** The requests of a number of lives of each provider and pair of providers; each call is known to nobody else. */
export async function makeTraffic(providers: readonly Provider[], livesOfEach: number): Promise<Traffic[]> {
  const traffic: Traffic[] = [];
  for (let count = 0; count < livesOfEach; count += 1) {
    for (const life of livesOf(providers)) traffic.push(...(await trafficOf(life)));
  }
  return traffic;
}

async function trafficOf({ providers, samples }: Life): Promise<Traffic[]> {
  const traffic: Traffic[] = [];
  const whole = createOffhook({ providers, storage: memoryStorage() });
  for (const sample of samples) {
    const provider = providers.find(({ name }) => name === sample.provider);
    if (provider === undefined) throw new RangeError(`No provider for a sample of "${sample.provider}"`);
    const request = await signSample(provider, sample);
    // Ids of events follow from the content alone, so an Offhook that hears nothing else gives them as well.
    const alone = createOffhook({ providers, storage: memoryStorage() });
    await alone.handle(request);
    await whole.handle(request);
    const calls = (await alone.calls.list()).data;
    const eventIds: string[] = [];
    for (const { id } of calls) eventIds.push(...((await alone.calls.events(id)) ?? []).map((event) => event.id));
    const leadIds = (await alone.leads.list()).data.map(({ id }) => id);
    const callIds = calls.map(({ id }) => id);
    const known = { provider, sample, eventIds, callIds, leadIds };
    traffic.push({ ...known, finalCallIds: [], deliveryId: undefined, acknowledged: false });
  }
  const finalId = async (id: string): Promise<string> => (await whole.calls.get(id))?.id ?? id;
  return Promise.all(
    traffic.map(async (each) => ({ ...each, finalCallIds: await Promise.all(each.callIds.map(finalId)) })),
  );
}
