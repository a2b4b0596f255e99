import { leanPhoneMetadata } from "../../tooling/lean-phone-metadata.ts";
import { oneMainChunk } from "../../tooling/one-main-chunk.ts";
import { preset } from "../../tooling/tsup-preset.ts";

const doors = {
  index: "src/index.ts",
  addresses: "src/addresses.ts",
  client: "src/client.ts",
  jobs: "src/jobs.ts",
  maintenance: "src/maintenance.ts",
  node: "src/node.ts",
  phone: "src/phone.ts",
};
const platforms = {
  "hmac.node": "src/hmac.node.ts",
  "hmac.web": "src/hmac.web.ts",
  "pinned-fetch.node": "src/api/pinned-fetch.node.ts",
  "pinned-fetch.web": "src/api/pinned-fetch.web.ts",
};

// "#…" stays an import in the build, so that the runtime or bundler of the user picks one of the two files.
// The phone library is 10 MB installed, of which the door "phone" uses less than 100 KB.
export default preset(
  { ...doors, ...platforms },
  {
    external: ["#hmac", "#pinned-fetch"],
    noExternal: ["libphonenumber-js"],
    esbuildPlugins: [leanPhoneMetadata, oneMainChunk(Object.values(doors))],
    dts: { entry: doors },
  },
);
