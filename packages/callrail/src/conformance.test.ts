import { callrailLife, callrailSamples } from "@offhook/testing";
import { describeProvider } from "@offhook/testing/conformance";
import { callrail } from "./provider.ts";

const signingKey = "5f3d3ebe065cd800b8c154347437e958";
/** Options that the types refuse and a JavaScript app can still write. */
const untyped = (options: { readonly [name: string]: unknown }) => () => callrail({ signingKey, ...options });

describeProvider({
  name: "callrail",
  create: () => callrail({ signingKey }),
  createOther: () => callrail({ signingKey: "072e77e426f92738a72fe23c4d1953b4" }),
  invalid: [
    untyped({ signingKey: "" }),
    untyped({ signingKey: " " }),
    untyped({ signingKey: [] }),
    untyped({ signingKey: ["a", ""] }),
    untyped({ signingKey: undefined }),
    untyped({ abandonedAs: "missed" }),
    untyped({ defaultCountry: "" }),
    untyped({ defaultCountry: "United States" }),
  ],
  life: callrailLife(),
  samples: callrailSamples(),
});
