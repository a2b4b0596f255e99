import { resolve } from "node:path";
import type { Variables } from "./environment.ts";

/** Where everything is kept. */
export interface StorageSettings {
  readonly production: boolean;
  /** Absolute. Secrets and tokens are there even when the calls are not. */
  readonly dataFolder: string;
  /** PostgreSQL; undefined: SQLite in the data folder. */
  readonly databaseUrl: string | undefined;
}

const loopback = new Set(["localhost", "127.0.0.1", "[::1]", "::1"]);
/** Those that refuse a server whose certificate does not fit. https://node-postgres.com/features/ssl */
const verifyingModes = new Set(["require", "verify-ca", "verify-full"]);

/** @param problems is told what is wrong, without the values. */
export function readStorageSettings(variables: Variables, problems: string[]): StorageSettings {
  const production = variables["NODE_ENV"]?.trim() === "production";
  const text = variables["DATABASE_URL"]?.trim();
  return {
    production,
    dataFolder: resolve(orUndefined(variables["OFFHOOK_DATA_DIR"]?.trim()) ?? ".offhook"),
    databaseUrl: readDatabaseUrl(orUndefined(text), production, problems),
  };
}

const orUndefined = (text: string | undefined): string | undefined => (text === "" ? undefined : text);

function readDatabaseUrl(text: string | undefined, production: boolean, problems: string[]): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "postgres:" && url?.protocol !== "postgresql:") {
    problems.push("DATABASE_URL: expected an address such as postgres://user:password@host:5432/database");
    return undefined;
  }
  if (production && !isPrivate(url)) {
    problems.push(
      "DATABASE_URL: expected TLS to another machine in production: add ?sslmode=verify-full, and &sslrootcert=… where the certificate is your provider's own",
    );
  }
  return text;
}

/** Whether what is sent stays on this machine, or goes to a server that has shown who it is. Reads what the driver reads. */
function isPrivate(url: URL): boolean {
  // Of a parameter that is given twice the driver takes the last, and `host` before the address's own.
  const { host, sslmode = "", uselibpqcompat } = Object.fromEntries(url.searchParams);
  if (loopback.has(orUndefined(host) ?? url.hostname)) return true;
  // As libpq has it, `require` asks for no certificate. https://node-postgres.com/features/ssl
  return verifyingModes.has(sslmode) && !(sslmode === "require" && uselibpqcompat === "true");
}
