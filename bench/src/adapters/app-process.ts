// Serves one app of apps.ts in a process of its own: node app-process.ts <framework> <bare|verifying|whole>
import { apps } from "./apps.ts";
import { verifyingReceiver, wholeReceiver } from "./receivers.ts";

const [framework = "", behind] = process.argv.slice(2);
const start = apps[framework];
if (start === undefined) throw new Error(`No app "${framework}"`);
const offhook = behind === "bare" ? undefined : behind === "whole" ? wholeReceiver() : verifyingReceiver();
const server = await start(offhook);
const address = server.address();
process.stdout.write(`${typeof address === "object" ? address?.port : ""}\n`);
// Its parent has gone or wants it gone.
process.stdin.on("end", () => process.exit()).resume();
