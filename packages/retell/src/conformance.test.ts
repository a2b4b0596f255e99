import { retellLife, retellSamples } from "@offhook/testing";
import { describeProvider } from "@offhook/testing/conformance";
import { retell } from "./provider.ts";

describeProvider({
  name: "retell",
  create: () => retell({ apiKey: "key_offhook_test_abcdef0123456789" }),
  createOther: () => retell({ apiKey: "another customer's key" }),
  invalid: [
    () => retell({ apiKey: "" }),
    () => retell({ apiKey: " " }),
    () => retell({ apiKey: [] }),
    () => retell({ apiKey: ["a", ""] }),
    () => retell({ apiKey: "a", toleranceMs: 0 }),
    () => retell({ apiKey: "a", toleranceMs: -1 }),
    () => retell({ apiKey: "a", toleranceMs: Number.NaN }),
    () => retell({ apiKey: "a", toleranceMs: Number.POSITIVE_INFINITY }),
  ],
  life: retellLife(),
  samples: retellSamples(),
});
