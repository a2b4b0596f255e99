import { preset } from "../../tooling/tsup-preset.ts";

export default preset({ index: "src/index.ts", client: "src/client.ts" });
