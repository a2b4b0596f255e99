import { relative } from "node:path";
import type { WebhookAddress } from "@offhook/core";
import { developmentSecretsFile, missingNames } from "./development-secrets.ts";
import type { Environment } from "./environment.ts";
import type { RunningServer } from "./server.ts";

/** What a developer needs next: addresses to copy, the token, the next command. */
export function startBanner(environment: Environment, server: RunningServer): string {
  const { address, publicUrl, adminToken, offhook } = server;
  const made = missingNames(environment);
  const lines = [
    "",
    "Offhook example server",
    "",
    `  Address       ${address}`,
    `  Storage       ${environment.databaseUrl === undefined ? "SQLite in the data folder" : "PostgreSQL, from DATABASE_URL"}`,
    `  Data folder   ${environment.dataFolder}`,
    `  Admin token   ${adminToken}`,
    "",
    "Webhook URLs",
    "",
    ...webhookLines(offhook.addresses, publicUrl),
    "",
    ...(made.length === 0
      ? []
      : [`Development secrets stand in for ${made.join(", ")}:`, `  ${developmentSecretsFile(environment)}`, ""]),
    "Send the first signed events, from another terminal:",
    `  ${commandPrefix(environment)}npx -y pnpm@12 simulate`,
    "Read them:",
    `  curl -H "Authorization: Bearer ${adminToken}" "${address}/api/calls"`,
    "",
    `Stop with Ctrl-C, or: kill ${process.pid}`,
    "",
  ];
  return lines.join("\n");
}

function webhookLines(addresses: readonly WebhookAddress[], publicUrl: string): string[] {
  return addresses.map(({ path, provider, kind }) => {
    const what = provider === undefined ? "" : `  ${kind === "" ? "all events" : kind}`;
    return `  ${(provider ?? kind).padEnd(12)}${publicUrl}${path}${what}`;
  });
}

/** The simulator has to find the same data folder. */
function commandPrefix({ dataFolder }: Environment): string {
  const path = relative(process.cwd(), dataFolder);
  return path === ".offhook" ? "" : `OFFHOOK_DATA_DIR=${path.startsWith("..") ? dataFolder : path} `;
}
