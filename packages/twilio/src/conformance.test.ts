import { twilioLife, twilioSamples } from "@offhook/testing";
import { describeProvider } from "@offhook/testing/conformance";
import { twilio } from "./provider.ts";

const publicUrl = "https://hooks.example.com";

describeProvider({
  name: "twilio",
  create: () => twilio({ authToken: "2f8c1d9a7b3e4f60a1b2c3d4e5f60718", publicUrl }),
  createOther: () => twilio({ authToken: "another customer's token", publicUrl }),
  invalid: [
    () => twilio({ authToken: "", publicUrl }),
    () => twilio({ authToken: [], publicUrl }),
    () => twilio({ authToken: ["a", ""], publicUrl }),
    () => twilio({ authToken: "a", publicUrl: "" }),
    () => twilio({ authToken: "a", publicUrl: "http://hooks.example.com" }),
    () => twilio({ authToken: "a", publicUrl: "hooks.example.com" }),
  ],
  life: twilioLife(),
  samples: twilioSamples(),
});
