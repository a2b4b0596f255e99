// Sends mutated and random requests of every provider through the whole receiver:
//   node acceptance/src/fuzz.ts [--count 100000] [--seed 1] [--provider twilio]
import { parseArgs } from "node:util";
import { allProviders } from "./all-providers.ts";
import { fuzzProvider } from "./fuzz-provider.ts";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    provider: { type: "string" },
  },
});
let violations = 0;
for (const provider of allProviders()) {
  if (values.provider !== undefined && values.provider !== provider.name) continue;
  const started = performance.now();
  const report = await fuzzProvider(provider, { count: Number(values.count), seed: Number(values.seed) });
  violations += report.violations.length;
  const statuses = Object.entries(report.statuses)
    .map(([status, times]) => `${status}: ${times}`)
    .join(", ");
  console.log(
    `${provider.name}: ${report.requests} requests (${statuses}) in ${((performance.now() - started) / 1000).toFixed(1)} s, ${report.violations.length} violations`,
  );
  for (const violation of report.violations.slice(0, 10)) console.log(`  ${violation}`);
}
console.log(violations === 0 ? "1 passed, 0 failed" : "0 passed, 1 failed");
process.exitCode = violations === 0 ? 0 : 1;
