import {
  createOffhook,
  memoryStorage,
  signRequest,
  silentLogger,
  type IncomingRequest,
  type Offhook,
  type Provider,
} from "@offhook/core";
import { seededRandom, signSample, type SampleRequest } from "@offhook/testing";
import type { ProviderUnderTest } from "./all-providers.ts";
import { mutateBytes, mutateJson, oddText, pick } from "./mutations.ts";

export interface FuzzReport {
  readonly requests: number;
  readonly statuses: { readonly [status: string]: number };
  /** Descriptions of what must not happen, with what led to it. */
  readonly violations: readonly string[];
}

const nowMs = Date.UTC(2026, 10, 20, 12);
/** A fresh receiver after this many requests, so that memory stays small. */
const requestsPerOffhook = 1_000;

/**
 * Half of the requests are forged: none may be accepted. The other half is signed, with contents that no vendor sends:
 * none may be refused for its content, break the mapper with anything but a PayloadError, or end in a 5xx.
 */
export async function fuzzProvider(
  { name, create, samples }: ProviderUnderTest,
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<FuzzReport> {
  const random = seededRandom(seed);
  const provider = create();
  const known = samples();
  const statuses: { [status: string]: number } = {};
  const violations: string[] = [];
  let offhook = open(provider);
  for (let index = 0; index < count; index += 1) {
    if (index % requestsPerOffhook === requestsPerOffhook - 1) {
      violations.push(...(await brokenMappers(offhook)));
      offhook = open(provider);
    }
    const forged = index % 2 === 0;
    const request = forged
      ? await forgedRequest(provider, known, random)
      : await oddGenuineRequest(provider, known, random);
    try {
      const { status } = await offhook.handle(request);
      statuses[status] = (statuses[status] ?? 0) + 1;
      const accepted = status < 300 && request.method === "POST";
      if (status >= 500 || (forged && accepted))
        violations.push(`${name} #${index}: answered ${status} to ${describe(request)}`);
    } catch (error) {
      violations.push(`${name} #${index}: threw ${String(error)} at ${describe(request)}`);
    }
  }
  violations.push(...(await brokenMappers(offhook)));
  return { requests: count, statuses, violations };
}

function open(provider: Provider): Offhook {
  return createOffhook({
    providers: [provider],
    storage: memoryStorage(),
    now: () => nowMs,
    runJobs: false,
    logger: silentLogger,
  });
}

/** A mapper may find a payload unreadable; any other error is a mistake in it. */
async function brokenMappers(offhook: Offhook): Promise<string[]> {
  const { data } = await offhook.deliveries.list({ status: "failed", limit: 200 });
  const broken = data.filter(({ error }) => error?.code === "mapper_failed");
  const bodies = await Promise.all(broken.map(({ id }) => offhook.deliveries.get(id)));
  return bodies.map(
    (delivery) =>
      `${delivery?.provider}: ${delivery?.error?.message} at ${new TextDecoder().decode(delivery?.body.subarray(0, 2_000))}`,
  );
}

const describe = ({ method, url, headers, body }: IncomingRequest): string =>
  `${method} ${url} ${JSON.stringify(headers).slice(0, 300)} ${new TextDecoder().decode((body as Uint8Array).subarray(0, 600))}`;

/** Something a sender without the secret could send. */
async function forgedRequest(
  provider: Provider,
  samples: readonly SampleRequest[],
  random: () => number,
): Promise<IncomingRequest> {
  const sample = pick(samples, random);
  const genuine = await signSample(provider, sample, { nowMs });
  const body = mutateBytes(random() < 0.2 ? new TextEncoder().encode(oddText(random)) : genuine.body, random);
  const headers: { [name: string]: string } = { ...genuine.headers };
  const proof = proofHeaderOf(provider, sample);
  if (proof !== undefined && headers[proof] !== undefined) {
    // A proof that fits what was changed would be a genuine request.
    headers[proof] = pick(
      [oddText(random), `${headers[proof].slice(0, -3)}AAA`, "", `${headers[proof]}, ${headers[proof]}`],
      random,
    );
  }
  if (random() < 0.3)
    headers["content-type"] = pick(["application/json", "text/html", oddText(random), "multipart/form-data"], random);
  if (random() < 0.1) headers["content-encoding"] = pick(["gzip", "br", oddText(random)], random);
  if (random() < 0.1) headers[`x-${Math.floor(random() * 9)}`] = oddText(random);
  const query =
    random() < 0.2
      ? `?${encodeURIComponent(oddText(random).slice(0, 200).toWellFormed())}=${Math.floor(random() * 9)}`
      : "";
  return {
    method: pick(["POST", "POST", "POST", "PUT", "DELETE"], random),
    url: `/api/webhooks/${sample.path}${query}`,
    headers,
    body,
  };
}

/** Something that only the vendor could send, with contents it never would. */
async function oddGenuineRequest(
  provider: Provider,
  samples: readonly SampleRequest[],
  random: () => number,
): Promise<IncomingRequest> {
  const sample = pick(samples, random);
  const route = provider.routes.find(({ paths }) => paths.includes(sample.path));
  if (route === undefined) throw new Error(`No route ${sample.path}`);
  const original = new TextEncoder().encode(sample.body);
  const body =
    random() < 0.6
      ? mutateJson(sample.body, random)
      : random() < 0.5
        ? mutateBytes(original, random)
        : new TextEncoder().encode(oddText(random));
  const contentType = sample.contentType === null ? {} : { "content-type": sample.contentType };
  const query =
    sample.query === ""
      ? ""
      : `?${random() < 0.5 ? sample.query : encodeURI(oddText(random).slice(0, 300).toWellFormed())}`;
  const request = { method: sample.method, url: `/api/webhooks/${sample.path}${query}`, headers: contentType, body };
  // What cannot even be signed, such as a form of too many fields, is sent as it is.
  return signRequest(route.verification, request, { nowMs }).catch(() => request);
}

function proofHeaderOf(provider: Provider, sample: SampleRequest): string | undefined {
  const verification = provider.routes.find(({ paths }) => paths.includes(sample.path))?.verification;
  if (verification?.type === "hmac") return verification.header;
  return verification?.type === "shared-secret" && "header" in verification.in ? verification.in.header : undefined;
}
