import { sqliteStorage } from "@offhook/storage-sqlite";
import { openForLives } from "../../every-life.ts";
import type { App } from "./app.ts";

const [, , path = ""] = process.argv;
const offhook = openForLives({ storage: sqliteStorage({ path }) });

/** Takes the lives of every provider, and keeps them in the file that its argument names. */
export const app: App = { offhook, questions: { "/calls": async () => (await offhook.calls.list()).data } };
