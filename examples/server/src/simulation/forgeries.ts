import { randomBytes } from "node:crypto";
import { queryOf, type Provider, type SignableRequest } from "@offhook/core";
import { signSample, type SampleRequest } from "@offhook/testing";
import { secretNames, type ProviderSecrets } from "../secret-names.ts";
import { expectedRecords } from "./expected-records.ts";
import { allSamplesOf, livesOf } from "./lives.ts";
import type { Simulation } from "./simulation.ts";

interface Forgery {
  readonly title: string;
  readonly request: SignableRequest;
}

/** Sends what a sender without the secret could try. @returns true when all of it was refused and left no trace. */
export async function sendForgeries(simulation: Simulation, provider: Provider): Promise<boolean> {
  const { client } = simulation;
  const [life] = livesOf([provider]);
  const sample = life?.samples.find(({ mapped }) => mapped);
  if (sample === undefined) return true;
  console.log(`\n${provider.name}`);
  let ok = true;
  for (const { title, request } of await forgeriesOf(simulation, provider, sample)) {
    const { status, body } = await client.send(request);
    const refused = status >= 400 && status < 500;
    ok &&= refused;
    console.log(`  ${status}  ${title.padEnd(34)} ${refused ? codeOf(body) : "Not as expected: it was accepted"}`);
  }
  const { events, leads } = await expectedRecords([provider], [await signSample(provider, sample)]);
  for (const id of [...events.keys(), ...leads.map((lead) => lead.id)]) {
    const path = id.startsWith("lead_") ? "leads" : "calls";
    if ((await client.read(`/api/${path}/${encodeURIComponent(id)}`)) === undefined) continue;
    console.log(`  Not as expected: ${id} was stored`);
    ok = false;
  }
  return ok;
}

async function forgeriesOf(simulation: Simulation, provider: Provider, sample: SampleRequest): Promise<Forgery[]> {
  const genuine = await signSample(provider, sample);
  const forgeries: Forgery[] = [
    { title: "without a signature", request: withoutProof(genuine, sample) },
    { title: "signature changed by one letter", request: changeProof(genuine, sample) },
  ];
  const stranger = simulation.setUp(otherSecrets()).find(({ name }) => name === provider.name);
  if (stranger !== undefined) {
    forgeries.push({ title: "signed with another secret", request: await signSample(stranger, sample) });
  }
  const other = allSamplesOf(provider).find(({ path, body }) => path === sample.path && body !== sample.body);
  const verification = provider.routes.find(({ paths }) => paths.includes(sample.path))?.verification;
  // A secret that is merely repeated does not cover the content.
  if (verification?.type === "hmac" && other !== undefined) {
    const body = new TextEncoder().encode(other.body);
    forgeries.push({ title: "another body under the signature", request: { ...genuine, body } });
  }
  if (verification?.type === "hmac" && verification.freshness !== undefined) {
    const nowMs = Date.now() - 60 * 60_000;
    forgeries.push({ title: "signed an hour ago", request: await signSample(provider, sample, { nowMs }) });
  }
  return forgeries;
}

function withoutProof(genuine: SignableRequest, { contentType }: SampleRequest): SignableRequest {
  const [path = genuine.url] = genuine.url.split("?");
  return { ...genuine, url: path, headers: contentType === null ? {} : { "content-type": contentType } };
}

/** What signing added is the proof: headers, or else what stands in the query. */
function changeProof(genuine: SignableRequest, sample: SampleRequest): SignableRequest {
  const headers = Object.entries(genuine.headers).map(([name, value]) => [
    name,
    name === "content-type" ? value : changeLast(value),
  ]);
  const isInQuery = queryOf(genuine.url) !== sample.query && headers.every(([name]) => name === "content-type");
  return {
    ...genuine,
    headers: Object.fromEntries(headers) as SignableRequest["headers"],
    url: isInQuery ? changeLast(genuine.url) : genuine.url,
  };
}

/** The letter before any padding, which a decoder would drop. */
function changeLast(text: string): string {
  const at = text.replace(/=+$/, "").length - 2;
  return `${text.slice(0, at)}${text.charAt(at) === "0" ? "1" : "0"}${text.slice(at + 1)}`;
}

function otherSecrets(): ProviderSecrets {
  const entries = secretNames.map((name) => [name, [randomBytes(24).toString("hex")]]);
  // Every name is there, which fromEntries forgets.
  return Object.fromEntries(entries) as ProviderSecrets;
}

function codeOf(body: string): string {
  try {
    return String((JSON.parse(body) as { error?: { code?: unknown } }).error?.code);
  } catch {
    return "";
  }
}
