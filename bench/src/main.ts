// Measures Offhook against what a user would write by hand and against the vendors' SDKs:
//   node bench/src/main.ts [--only verify,pipeline,adapters,ingest,scale,burst,jobs,lists,import,weight] [--calls 1000000]
import { parseArgs } from "node:util";
import { benchAdapters } from "./adapters/bench-adapters.ts";
import { benchBurst, printBursts } from "./burst.ts";
import { createCases } from "./cases.ts";
import { benchImport, printImports } from "./import.ts";
import { benchIngest } from "./ingest.ts";
import { benchJobs } from "./jobs.ts";
import { benchLists } from "./lists.ts";
import { inOwnProcess, runCase } from "./own-process.ts";
import { benchPostgresIngest } from "./postgres-ingest.ts";
import { print } from "./print.ts";
import { benchScale } from "./scale.ts";
import { benchWeight, printWeights } from "./weight.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string", default: "verify,pipeline,adapters,ingest,scale,burst,jobs,lists,import,weight" },
    calls: { type: "string", default: "1000000" },
    case: { type: "string" },
  },
});

if (values.case !== undefined) {
  await runCase(values.only, values.case);
} else {
  const wanted = new Set(values.only.split(","));
  console.log(`Node ${process.version}. Ratios are taken within one run, round by round; times vary with the machine.`);
  for (const group of ["verify", "pipeline"].filter((name) => wanted.has(name))) {
    for (const { name } of await createCases()) print([await inOwnProcess(group, name)]);
  }
  if (wanted.has("adapters")) print(await benchAdapters());
  if (wanted.has("ingest")) print([...(await benchIngest()), ...(await benchPostgresIngest())]);
  if (wanted.has("scale")) print(await benchScale(Number(values.calls)));
  if (wanted.has("burst")) printBursts(await benchBurst());
  if (wanted.has("jobs")) print(await benchJobs());
  if (wanted.has("import")) printImports(await benchImport(100_000));
  if (wanted.has("weight")) printWeights(benchWeight());
  if (wanted.has("lists")) print(await benchLists(Number(values.calls)));
}
