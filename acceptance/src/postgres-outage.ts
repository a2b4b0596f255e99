import { parseArgs } from "node:util";
import { startPostgres } from "../../tooling/postgres-server.ts";
import { runOutage } from "./postgres-outage-run.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    rate: { type: "string", default: "50" },
    kind: { type: "string", multiple: true, default: ["halted", "frozen", "slow"] },
  },
  args: process.argv.slice(2).filter((argument) => argument !== "--"),
});
const seconds = Number(values.seconds);
const perSecond = Number(values.rate);
if (!(seconds > 0 && perSecond > 0)) {
  console.error("--seconds and --rate: expected numbers greater than 0");
  process.exit(1);
}

// So that the app and the server end with us.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

const latestRecoveryMs = 10_000;
const maxGrowthMib = 32;
const mib = (bytes: number): number => Math.round(bytes / 1024 / 1024);

const server = await startPostgres();
try {
  for (const kind of ["halted", "frozen", "slow"] as const) {
    if (!values.kind.includes(kind)) continue;
    console.log(`PostgreSQL ${kind} for ${seconds} s, ${perSecond} new deliveries a second`);
    const result = await runOutage(server, { kind, outageMs: seconds * 1000, calmMs: 10_000, perSecond });
    const { before, during, after, memory, counts } = result;
    const [usedBefore, , , usedAfter] = memory.inUse;
    const growthMib = mib(usedAfter - usedBefore);
    const violations = [...result.violations];
    if (result.recoveryMs > latestRecoveryMs) violations.push("new deliveries were refused for long after the end");
    if (growthMib > maxGrowthMib) violations.push(`the app kept ${growthMib} MiB`);
    console.log(`  before: ${before.acknowledged} acknowledged, ${before.refused} refused
  during: ${during.acknowledged} acknowledged, ${during.refused} refused
  after:  ${after.acknowledged} acknowledged, ${after.refused} refused; new ones for ${Math.round(result.recoveryMs)} ms
  slowest answer ${Math.round(result.slowestMs)} ms
  memory: ${mib(memory.rssBefore)} MiB, at most ${mib(memory.rssPeak)} MiB; in use: ${memory.inUse.map(mib).join(", ")} MiB
  ${counts.deliveries} deliveries, ${counts.events} events, ${counts.calls} calls, ${counts.leads} leads stored
  ${violations.length} violations`);
    for (const violation of violations.slice(0, 50)) console.log(`    ${violation}`);
    if (violations.length > 0) process.exitCode = 1;
  }
} finally {
  await server.remove();
}
