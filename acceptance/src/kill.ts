import { parseArgs } from "node:util";
import { runKill } from "./kill-run.ts";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "50" }, seed: { type: "string" } },
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
});
const rounds = Number(values.rounds);
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed);
if (!Number.isInteger(rounds) || rounds < 1 || !Number.isInteger(seed)) {
  console.error("--rounds and --seed: expected whole numbers, rounds at least 1");
  process.exit(1);
}

// So that the server ends with us: see startServerProcess.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

console.log(`Killing the server ${rounds} times, seed ${seed}`);
const { violations, counts, acknowledged, unanswered, integrity } = await runKill({
  rounds,
  seed,
  onRound: (line) => console.log(line),
});
const { calls, events, leads, deliveries } = counts;
console.log(`
${acknowledged} requests acknowledged, ${unanswered} cut off by a kill and sent again
${deliveries} deliveries, ${events} events, ${calls} calls, ${leads} leads stored; integrity check: ${integrity}
${violations.length} violations`);
for (const violation of violations.slice(0, 50)) console.log(`  ${violation}`);
process.exitCode = violations.length === 0 ? 0 : 1;
