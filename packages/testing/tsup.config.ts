import { preset } from "../../tooling/tsup-preset.ts";

export default preset({ index: "src/index.ts", conformance: "src/conformance.ts", vendors: "src/vendors.ts" });
