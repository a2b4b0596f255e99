import { callrail } from "@offhook/callrail";
import { convoso } from "@offhook/convoso";
import type { Provider } from "@offhook/core";
import { elevenlabs } from "@offhook/elevenlabs";
import { retell } from "@offhook/retell";
import {
  callrailLife,
  callrailSamples,
  convosoLife,
  convosoSamples,
  elevenlabsLife,
  elevenlabsSamples,
  retellLife,
  retellSamples,
  twilioLife,
  twilioSamples,
  type SampleOptions,
  type SampleRequest,
} from "@offhook/testing";
import { twilio } from "@offhook/twilio";

/** A provider as one customer has it, with what its vendor would send. */
export interface ProviderUnderTest {
  readonly name: string;
  readonly create: () => Provider;
  readonly life: (options?: SampleOptions) => SampleRequest[];
  readonly samples: (options?: SampleOptions) => SampleRequest[];
}

/** All five providers, with secrets of the customer of that number. */
export function allProviders(customer = 1): readonly ProviderUnderTest[] {
  const secret = (name: string): string => `${name} secret of customer ${customer}`;
  return [
    {
      name: "callrail",
      create: () => callrail({ signingKey: secret("callrail") }),
      life: callrailLife,
      samples: callrailSamples,
    },
    {
      name: "elevenlabs",
      create: () =>
        elevenlabs({
          webhookSecret: secret("elevenlabs"),
          initiation: { header: "x-initiation-secret", secret: secret("initiation") },
        }),
      life: elevenlabsLife,
      samples: elevenlabsSamples,
    },
    {
      name: "twilio",
      create: () => twilio({ authToken: secret("twilio"), publicUrl: "https://hooks.example.com" }),
      life: twilioLife,
      samples: twilioSamples,
    },
    {
      name: "convoso",
      create: () => convoso({ verification: { hmac: secret("convoso") }, timeZone: "America/New_York" }),
      life: convosoLife,
      samples: convosoSamples,
    },
    {
      name: "retell",
      create: () => retell({ apiKey: secret("retell") }),
      life: retellLife,
      samples: retellSamples,
    },
  ];
}
