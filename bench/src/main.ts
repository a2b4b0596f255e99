// Measures Offhook against what a user would write by hand and against the vendors' SDKs:
//   node bench/src/main.ts [--only verify,pipeline,ingest,scale] [--rounds 21] [--calls 1000000]
import { parseArgs } from "node:util";
import { benchIngest } from "./ingest.ts";
import { benchPipeline } from "./pipeline.ts";
import { print } from "./print.ts";
import { benchScale } from "./scale.ts";
import { benchVerification } from "./verification.ts";

const { values } = parseArgs({
  options: { only: { type: "string" }, calls: { type: "string", default: "1000000" } },
});
const only = values.only?.split(",");
const wanted = (name: string): boolean => only === undefined || only.includes(name);

console.log(`Node ${process.version}. Ratios are taken within one run, round by round; times vary with the machine.`);
if (wanted("verify")) print(await benchVerification());
if (wanted("pipeline")) print(await benchPipeline());
if (wanted("ingest")) print(await benchIngest());
if (wanted("scale")) print(await benchScale(Number(values.calls)));
