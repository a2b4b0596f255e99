import { preset } from "../../tooling/tsup-preset.ts";

const doors = { index: "src/index.ts", client: "src/client.ts", maintenance: "src/maintenance.ts", phone: "src/phone.ts" };

// "#hmac" stays an import in the build, so that the runtime or bundler of the user picks one of the two files.
export default preset(
  { ...doors, "hmac.node": "src/hmac.node.ts", "hmac.web": "src/hmac.web.ts" },
  { external: ["#hmac"], dts: { entry: doors } },
);
