import { parseArgs } from "node:util";
import { runKillPoints, storageNames } from "./kill-points.ts";
import { runKill } from "./kill-run.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "50" },
    seed: { type: "string" },
    points: { type: "boolean", default: false },
    runs: { type: "string", default: "20" },
    storage: { type: "string" },
  },
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
});
const rounds = Number(values.rounds);
const runs = Number(values.runs);
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
const storages = storageNames.filter((name) => values.storage === undefined || name === values.storage);
if (![rounds, runs].every((count) => Number.isInteger(count) && count >= 1) || !Number.isInteger(seed)) {
  console.error("--rounds, --runs and --seed: expected whole numbers, rounds and runs at least 1");
  process.exit(1);
}
if (storages.length === 0) {
  console.error(`--storage: expected ${storageNames.join(" or ")}, got "${values.storage}"`);
  process.exit(1);
}

// So that the server ends with us: see startServerProcess.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

const onLine = (line: string): void => console.log(line);
let violations: readonly string[];
if (values.points) {
  console.log(`Killing an app ${runs} times at every point on ${storages.join(" and ")}, seed ${seed}`);
  violations = await runKillPoints({ storages, runs, seed, onPoint: onLine });
  console.log("");
} else {
  console.log(`Killing the server ${rounds} times, seed ${seed}`);
  const { counts, acknowledged, unanswered, integrity, ...result } = await runKill({ rounds, seed, onRound: onLine });
  const { calls, events, leads, deliveries } = counts;
  violations = result.violations;
  console.log(`
${acknowledged} requests acknowledged, ${unanswered} cut off by a kill and sent again
${deliveries} deliveries, ${events} events, ${calls} calls, ${leads} leads stored; integrity check: ${integrity}`);
}
console.log(`${violations.length} violations`);
for (const violation of violations.slice(0, 50)) console.log(`  ${violation}`);
process.exitCode = violations.length === 0 ? 0 : 1;
