import { preset } from "../../tooling/tsup-preset.ts";

const doors = { index: "src/index.ts" };
const platforms = {
  "connection.node": "src/connection.node.ts",
  "connection.web": "src/connection.web.ts",
};

// "#connection" stays an import in the build, so that Next picks one of the two files for each runtime.
export default preset({ ...doors, ...platforms }, { external: ["#connection"], dts: { entry: doors } });
