import { openForLives } from "../../every-life.ts";
import type { App } from "./app.ts";

const ended: string[] = [];
const offhook = openForLives({ on: { "call.ended": ({ call }) => void ended.push(call.id) } });

/** Takes the lives of every provider, and keeps them in memory. */
export const app: App = {
  offhook,
  questions: {
    "/calls": async () => (await offhook.calls.list()).data,
    "/drained": async () => ({ ...(await offhook.drain()), ended: ended.toSorted() }),
  },
};
