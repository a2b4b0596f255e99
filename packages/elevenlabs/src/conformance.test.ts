import { elevenlabsLife, elevenlabsInitiationSample, elevenlabsSamples } from "@offhook/testing";
import { describeProvider } from "@offhook/testing/conformance";
import { elevenlabs } from "./provider.ts";

const webhookSecret = "wsec_offhook_test_0123456789abcdef";
const initiation = { header: "X-Offhook-Secret", secret: "a shared secret of this customer" };

const options = {
  create: () => elevenlabs({ webhookSecret, initiation }),
  createOther: () =>
    elevenlabs({ webhookSecret: "wsec_of_another_customer", initiation: { ...initiation, secret: "another one" } }),
};

describeProvider({
  ...options,
  name: "elevenlabs",
  invalid: [
    () => elevenlabs({ webhookSecret: "" }),
    () => elevenlabs({ webhookSecret: [] }),
    () => elevenlabs({ webhookSecret: ["a", " "] }),
    () => elevenlabs({ webhookSecret, toleranceMs: -1 }),
    () => elevenlabs({ webhookSecret, toleranceMs: Infinity }),
    () => elevenlabs({ webhookSecret, futureToleranceMs: Number.NaN }),
    () => elevenlabs({ webhookSecret, maxBodyBytes: 0 }),
    () => elevenlabs({ webhookSecret, initiation: { header: "x-offhook-secret", secret: "" } }),
    () => elevenlabs({ webhookSecret, initiation: { header: "", secret: "a" } }),
    () => elevenlabs({ webhookSecret, initiation: { header: "x offhook", secret: "a" } }),
  ],
  life: elevenlabsLife(),
  samples: elevenlabsSamples(),
});

describeProvider({
  ...options,
  name: "elevenlabs, initiation",
  invalid: [],
  life: [elevenlabsInitiationSample()],
  samples: [elevenlabsInitiationSample()],
  // A shared secret is one value: there is less to forge than in a signature.
  minimumForgeries: 20,
});
