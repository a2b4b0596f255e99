import { postgresStorage } from "@offhook/storage-postgres";
import { openForLives } from "../../every-life.ts";
import type { App } from "./app.ts";

const [, , connectionString = "", schema = ""] = process.argv;
const offhook = openForLives({ storage: postgresStorage({ connectionString, schema }) });

/** Takes the lives of every provider, and keeps them in the schema that its arguments name. */
export const app: App = { offhook, questions: { "/calls": async () => (await offhook.calls.list()).data } };
