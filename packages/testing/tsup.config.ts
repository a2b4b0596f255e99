import { preset } from "../../tooling/tsup-preset.ts";

// The suites run on Node; that the other doors run everywhere is seen when they are bundled for the browser.
export default preset(
  {
    index: "src/index.ts",
    conformance: "src/conformance.ts",
    subject: "src/adapters/subject.ts",
    vendors: "src/vendors.ts",
  },
  { platform: "node" },
);
