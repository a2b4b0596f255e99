import { preset } from "../../tooling/tsup-preset.ts";

export default preset({
  index: "src/index.ts",
  conformance: "src/conformance.ts",
  subject: "src/adapters/subject.ts",
  vendors: "src/vendors.ts",
});
