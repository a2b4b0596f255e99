import { callrail } from "@offhook/callrail";
import { createCallRailClient } from "@offhook/callrail/client";
import { convoso } from "@offhook/convoso";
import { createConvosoClient } from "@offhook/convoso/client";
import type { Provider } from "@offhook/core";
import { elevenlabs } from "@offhook/elevenlabs";
import { createElevenLabsClient } from "@offhook/elevenlabs/client";
import { retell } from "@offhook/retell";
import { createRetellClient } from "@offhook/retell/client";
import {
  fakeCallRail,
  fakeConvoso,
  fakeElevenLabs,
  fakeRetell,
  fakeTwilio,
  type FakeVendor,
} from "@offhook/testing/vendors";
import { twilio } from "@offhook/twilio";
import { createTwilioClient } from "@offhook/twilio/client";

/** Where the clocks of the imports stand. Milliseconds since 1970. */
export const importedAtMs = Date.UTC(2026, 10, 20, 12);
const now = (): number => importedAtMs;

/** The stand-ins of all vendors, each with two calls of yesterday. */
export function fakeVendors(): readonly FakeVendor[] {
  const vendors = [fakeCallRail({ now }), fakeConvoso({ now }), fakeElevenLabs(), fakeRetell(), fakeTwilio()];
  for (const [index, vendor] of vendors.entries()) {
    // Of other keys, because an agent's call and its carrier's would be one.
    for (const hour of [15, 17]) vendor.add({ key: `a${index}${hour}`, startMs: Date.UTC(2026, 10, 19, hour) });
  }
  return vendors;
}

/** All providers with their clients. @param fetch default: the platform's own. */
export function vendorProviders(fetch?: typeof globalThis.fetch): readonly Provider[] {
  const network = fetch === undefined ? {} : { fetch };
  const { timeZone, ...convosoOptions } = fakeConvoso().clientOptions;
  return [
    callrail({ signingKey: "a key", client: createCallRailClient({ ...fakeCallRail().clientOptions, ...network }) }),
    convoso({
      verification: { hmac: "a secret" },
      timeZone,
      client: createConvosoClient({ ...convosoOptions, timeZone, ...network }),
    }),
    elevenlabs({
      webhookSecret: "a secret",
      client: createElevenLabsClient({ ...fakeElevenLabs().clientOptions, ...network }),
    }),
    retell({ apiKey: "a key", client: createRetellClient({ ...fakeRetell().clientOptions, ...network }) }),
    twilio({
      authToken: "a token",
      publicUrl: "https://hooks.example.com",
      client: createTwilioClient({ ...fakeTwilio().clientOptions, ...network }),
    }),
  ];
}
