import { isDeepStrictEqual } from "node:util";
import {
  foldCall,
  isTerminal,
  type Call,
  type CallEvent,
  type Lead,
  type Page,
  type SignableRequest,
} from "@offhook/core";
import { signSample, type SampleRequest } from "@offhook/testing";
import { expectedRecords } from "./expected-records.ts";
import type { Life } from "./lives.ts";
import { recordText } from "./record-text.ts";
import type { Simulation } from "./simulation.ts";

/** Sends a life in its order and shows what the server made of it. @returns true when it is what it should be. */
export async function sendLife({ client }: Simulation, life: Life): Promise<boolean> {
  const { title, providers, samples } = life;
  console.log(`\n${title}`);
  const problems: string[] = [];
  const requests: SignableRequest[] = [];
  for (const sample of samples) {
    const request = await sign(life, sample);
    requests.push(request);
    const { status, body } = await client.send(request);
    console.log(`  ${status}  ${sample.provider} ${sample.name}`);
    if (status < 200 || status > 299) problems.push(`${sample.name} was answered ${status}: ${body.slice(0, 200)}`);
  }
  const expected = await expectedRecords(providers, requests);
  if (expected.events.size === 0) problems.push("no call was expected of these events");
  let mostVendors = 0;
  for (const [id, events] of expected.events) {
    const path = `/api/calls/${encodeURIComponent(id)}`;
    // The server's own JSON has the exported types.
    const call = (await client.read(path)) as Call | undefined;
    const page = (await client.read(`${path}/events`)) as Page<CallEvent> | undefined;
    if (call === undefined || page === undefined) {
      problems.push(`${id} was not found`);
      continue;
    }
    console.log(recordText("Call", call));
    problems.push(...problemsOfCall(call, events, page.data));
    mostVendors = Math.max(mostVendors, new Set(call.references.map(({ provider }) => provider)).size);
  }
  for (const lead of expected.leads) {
    const stored = (await client.read(`/api/leads/${encodeURIComponent(lead.id)}`)) as Lead | undefined;
    if (stored === undefined) {
      problems.push(`${lead.id} was not found`);
      continue;
    }
    console.log(recordText("Lead", stored));
    // Where the vendor tells no time, these are when each of the two heard of it.
    problems.push(...differences({ ...lead, createdAt: stored.createdAt, updatedAt: stored.updatedAt }, stored));
  }
  if (mostVendors < providers.length) {
    problems.push("the vendors' words did not become one call");
  }
  for (const problem of problems) console.log(`  Not as expected: ${problem}`);
  return problems.length === 0;
}

async function sign({ providers }: Life, sample: SampleRequest): Promise<SignableRequest> {
  const provider = providers.find(({ name }) => name === sample.provider);
  if (provider === undefined) throw new RangeError(`No provider for a sample of "${sample.provider}"`);
  return signSample(provider, sample, { test: true });
}

function problemsOfCall(call: Call, expected: readonly CallEvent[], stored: readonly CallEvent[]): string[] {
  const problems: string[] = [];
  if (!isTerminal(call.status)) problems.push(`${call.id} has not ended: ${call.status}`);
  const byId = new Map(stored.map((event) => [event.id, event]));
  if (byId.size !== expected.length || expected.some(({ id }) => !byId.has(id))) {
    return [...problems, `${call.id} has ${byId.size} events instead of the ${expected.length} expected ones`];
  }
  // The time of arrival orders what the vendor gives no time to; only the server knows it.
  const asReceived = expected.map((event) => ({ ...event, receivedAt: byId.get(event.id)?.receivedAt ?? "" }));
  return [...problems, ...differences(foldCall(asReceived), call)];
}

function differences<Stored extends Call | Lead>(expected: Stored, stored: Stored): string[] {
  const others = new Map<string, unknown>(Object.entries(stored));
  const names = Object.entries(expected).filter(([name, value]) => !isDeepStrictEqual(value, others.get(name)));
  return names.length === 0 ? [] : [`${stored.id} differs in ${names.map(([name]) => name).join(", ")}`];
}
