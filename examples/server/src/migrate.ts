// Brings the database that the server uses up to date. Can be run at any time, as often as you like.
import { postgresStorage } from "@offhook/storage-postgres";
import { EnvironmentError } from "./environment.ts";
import { fatalErrorText } from "./fatal-error-text.ts";
import { makePrivateFolder } from "./private-file.ts";
import { readStorageSettings } from "./storage-settings.ts";
import { createStorage } from "./storage.ts";

process.umask(0o077);

async function main(): Promise<void> {
  const problems: string[] = [];
  const settings = readStorageSettings(process.env, problems);
  if (problems.length > 0) throw new EnvironmentError(problems);
  if (settings.databaseUrl === undefined) {
    makePrivateFolder(settings.dataFolder);
    // The file is brought up to date by opening it.
    const storage = createStorage(settings);
    await storage.open();
    await storage.close();
  } else {
    const storage = postgresStorage({ connectionString: settings.databaseUrl });
    await storage.migrate();
    await storage.close();
  }
  process.stdout.write(`${settings.databaseUrl === undefined ? "SQLite" : "PostgreSQL"} is up to date.\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${fatalErrorText(error)}\n`);
  process.exit(1);
});
