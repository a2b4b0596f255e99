import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { join } from "node:path";
import type { Environment } from "./environment.ts";
import { readOrCreatePrivateFile, readPrivateFile } from "./private-file.ts";

const adminTokenFile = ({ dataFolder }: Pick<Environment, "dataFolder">): string => join(dataFolder, "admin-token");

/**
 * What opens the management routes: `OFFHOOK_ADMIN_TOKEN`, or else what follows from `OFFHOOK_SECRET`, or else, which
 * production never gets to, a random one that is kept in the data folder.
 */
export function ensureAdminTokens(environment: Environment): readonly string[] {
  return (
    configuredTokens(environment) ?? [
      readOrCreatePrivateFile(adminTokenFile(environment), () => `${randomBytes(32).toString("hex")}\n`).trim(),
    ]
  );
}

/** The first token a running server accepts; undefined where it has never made one. */
export function findAdminToken(environment: Environment): string | undefined {
  return configuredTokens(environment)?.[0] ?? readPrivateFile(adminTokenFile(environment))?.trim();
}

/** `printf 'offhook admin token' | openssl dgst -sha256 -hmac "$OFFHOOK_SECRET"` prints the same. */
export function deriveAdminToken(serverSecret: string): string {
  return createHmac("sha256", serverSecret).update("offhook admin token").digest("hex");
}

/** Checks an `Authorization` header in a time that does not depend on the tokens. */
export function isAuthorized(authorization: string | undefined, tokens: readonly string[]): boolean {
  const [, given] = /^Bearer +([^ ]+) *$/i.exec(authorization ?? "") ?? [];
  if (given === undefined) return false;
  const givenHash = sha256(given);
  let fits = false;
  for (const token of tokens) fits = timingSafeEqual(givenHash, sha256(token)) || fits;
  return fits;
}

function configuredTokens({ adminTokens, serverSecrets }: Environment): readonly string[] | undefined {
  if (adminTokens.length > 0) return adminTokens;
  return serverSecrets.length > 0 ? serverSecrets.map(deriveAdminToken) : undefined;
}

const sha256 = (text: string): Buffer => createHash("sha256").update(text).digest();
