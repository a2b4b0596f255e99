import { convosoLife, convosoQuerySamples, convosoSamples } from "@offhook/testing";
import { describeProvider } from "@offhook/testing/conformance";
import { convoso, type ConvosoOptions } from "./provider.ts";
import type { ConvosoVerification } from "./verification.ts";

const timeZone = "America/New_York";
const withVerification = (verification: ConvosoVerification) => () => convoso({ verification, timeZone });
/** What JavaScript callers can write. */
const untyped = (options: unknown) => () => convoso(options as ConvosoOptions);

const life = convosoLife();

describeProvider({
  name: "convoso",
  create: withVerification({ hmac: "convoso_test_secret_42" }),
  createOther: withVerification({ hmac: "another customer's secret" }),
  invalid: [
    withVerification({ hmac: "" }),
    withVerification({ hmac: [] }),
    withVerification({ hmac: ["a", ""] }),
    withVerification({ hmac: "a", header: "" }),
    withVerification({ hmac: "a", header: "x signature" }),
    withVerification({ headerToken: "", header: "x-shared-secret" }),
    withVerification({ headerToken: "a", header: "" }),
    withVerification({ queryToken: " " }),
    withVerification({ queryToken: "a", field: "" }),
    withVerification({ none: "" }),
    withVerification({ none: "  " }),
    untyped({ timeZone }),
    untyped({ timeZone, verification: {} }),
    untyped({ timeZone, verification: "secret" }),
    untyped({ timeZone, verification: { hmac: undefined } }),
    untyped({ timeZone, verification: { hmac: "a", none: "why not" } }),
    untyped({ timeZone, verification: { hmac: "a", encoding: "latin1" } }),
    untyped({ timeZone, verification: { headerToken: "a" } }),
    untyped({ verification: { hmac: "a" } }),
    untyped({ verification: { hmac: "a" }, timeZone: "" }),
    untyped({ verification: { hmac: "a" }, timeZone: "Mars/Olympus" }),
    untyped({ verification: { hmac: "a" }, timeZone, fields: { nothing: ["x"] } }),
    untyped({ verification: { hmac: "a" }, timeZone, fields: { callId: "call" } }),
    untyped({ verification: { hmac: "a" }, timeZone, fields: { callId: [""] } }),
    untyped({ verification: { hmac: "a" }, timeZone, dispositions: { SALE: "sold" } }),
    untyped({ verification: { hmac: "a" }, timeZone, conversion: "SALE" }),
    untyped({ verification: { hmac: "a" }, timeZone, defaultDirection: "out" }),
    untyped({ verification: { hmac: "a" }, timeZone, defaultCountry: "United States" }),
  ],
  life,
  // The last one is what the first one's signature is tried on.
  samples: [...convosoSamples(), ...life.slice(-1)],
});

describeProvider({
  name: "convoso with a base64 signature",
  create: withVerification({ hmac: "convoso_test_secret_42", encoding: "base64", header: "X-Relay-Signature" }),
  createOther: withVerification({ hmac: "other", encoding: "base64", header: "X-Relay-Signature" }),
  invalid: [],
  life,
  samples: life,
});

describeProvider({
  name: "convoso with a secret in a header",
  create: withVerification({ headerToken: "header secret", header: "X-Shared-Secret" }),
  createOther: withVerification({ headerToken: "another secret", header: "X-Shared-Secret" }),
  invalid: [],
  life,
  samples: [...convosoSamples(), ...convosoQuerySamples()],
  minimumForgeries: 20,
});

describeProvider({
  name: "convoso with a secret in the query",
  create: withVerification({ queryToken: "query secret" }),
  createOther: withVerification({ queryToken: "another secret" }),
  invalid: [],
  life,
  samples: [...convosoSamples(), ...convosoQuerySamples()],
  minimumForgeries: 20,
});
