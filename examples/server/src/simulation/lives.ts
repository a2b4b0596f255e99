import { randomBytes } from "node:crypto";
import type { Provider } from "@offhook/core";
import {
  callrailLife,
  callrailSamples,
  convosoLife,
  convosoQuerySamples,
  convosoSamples,
  elevenlabsInitiationSample,
  elevenlabsLife,
  elevenlabsSamples,
  retellLife,
  retellSamples,
  twilioLife,
  twilioSamples,
  type SampleOptions,
  type SampleRequest,
} from "@offhook/testing";

/** The whole of a call, as one or two vendors tell it. */
export interface Life {
  readonly title: string;
  /** The providers that speak, in the order in which they begin to. */
  readonly providers: readonly Provider[];
  readonly samples: readonly SampleRequest[];
}

type MakeSamples = (options: SampleOptions) => readonly SampleRequest[];

const makers: { readonly [provider: string]: { readonly life: MakeSamples; readonly samples: MakeSamples } } = {
  callrail: { life: callrailLife, samples: callrailSamples },
  elevenlabs: {
    life: elevenlabsLife,
    samples: (options) => [...elevenlabsSamples(options), elevenlabsInitiationSample(options)],
  },
  twilio: { life: twilioLife, samples: twilioSamples },
  convoso: {
    // The lead comes first: the call is with it.
    life: (options) => [...leadOf(convosoSamples(options)), ...convosoLife(options)],
    samples: (options) => [...convosoSamples(options), ...convosoQuerySamples(options)],
  },
  retell: { life: retellLife, samples: retellSamples },
};

function leadOf(samples: readonly SampleRequest[]): readonly SampleRequest[] {
  return samples.filter(({ path }) => path === "convoso-leads").slice(0, 1);
}

/** Vendors that talk on a carrier's leg, with the carrier. */
const pairs = [
  ["twilio", "elevenlabs"],
  ["twilio", "retell"],
];

/** A life for each provider and for each pair of them, with ids nobody has used and times of some minutes ago. */
export function livesOf(providers: readonly Provider[]): readonly Life[] {
  const byName = new Map(providers.map((provider) => [provider.name, provider]));
  return [...providers.map(({ name }) => [name]), ...pairs]
    .filter((names) => names.every((name) => byName.has(name)))
    .map((names) => {
      const options = freshOptions();
      return {
        title: names.length === 1 ? `${names[0]}` : `${names.join(" and ")} on one phone call`,
        providers: names.flatMap((name) => byName.get(name) ?? []),
        samples: names.flatMap((name) => makers[name]?.life(options) ?? []),
      };
    });
}

/** One of everything a provider sends. */
export function allSamplesOf({ name, routes }: Provider): readonly SampleRequest[] {
  const options = freshOptions();
  const maker = makers[name];
  if (maker === undefined) return [];
  const samples = new Map<string, SampleRequest>();
  for (const sample of [...maker.life(options), ...maker.samples(options)]) {
    // An address that is not set up, such as the one for questions, is not served.
    if (!routes.some(({ paths }) => paths.includes(sample.path))) continue;
    const key = `${sample.path} ${sample.name}`;
    if (!samples.has(key)) samples.set(key, sample);
  }
  return [...samples.values()];
}

function freshOptions(): SampleOptions {
  // Whole seconds, as carriers count; long enough ago that everything is over.
  const startMs = Math.floor(Date.now() / 1000) * 1000 - 10 * 60_000;
  return { key: randomBytes(8).toString("hex"), startMs };
}
