import { pino, type Logger } from "pino";

export type { Logger } from "pino";

/** JSON lines in production, readable ones elsewhere. Lines of an integration begin with its name: `[twilio] …`. */
export function createLogger({ production }: { readonly production: boolean }): Logger {
  const options = { base: null, timestamp: pino.stdTimeFunctions.isoTime };
  return production ? pino(options) : pino(options, { write: (line) => void process.stdout.write(readable(line)) });
}

const levels: { readonly [level: number]: string } = { 30: "info ", 40: "warn ", 50: "ERROR", 60: "FATAL" };

/** `10:00:00.000 warn  [twilio] delivery refused: … code=signature_mismatch` */
function readable(line: string): string {
  // Pino wrote the line just now.
  const { level, time, msg, ...fields } = JSON.parse(line) as { level: number; time: string; msg?: string };
  const rest = Object.entries(fields)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => ` ${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  return `${time.slice(11, 23)} ${levels[level] ?? String(level)} ${msg ?? ""}${rest.join("")}\n`;
}
