import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { toExpressHandler } from "@offhook/adapters-express";
import { createOffhook, type CallChange, type LeadChange } from "@offhook/core";
import express from "express";
import { sendEffect } from "./effect-sender.ts";
import type { Effect } from "./effect.ts";
import { serverProviders } from "./kill-environment.ts";
import { audience, type Consumer } from "./kill-point-audience.ts";
import { reachingOffhook, reachingProvider, reachingStorage } from "./kill-point-seams.ts";
import { reachWith, type Fuse } from "./kill-point.ts";
import { storageAt, type StoragePlace } from "./storage-place.ts";

/** What the app is told in its first argument, as JSON. */
export interface KillPointSetup {
  readonly place: StoragePlace;
  /** Absent: it lives on. */
  readonly fuse?: Fuse;
  /** How far its clock is ahead. Milliseconds. */
  readonly clockAheadMs: number;
  readonly effectsUrl: string;
}

// As startKillPointApp writes it.
const { place, fuse, clockAheadMs, effectsUrl } = JSON.parse(process.argv[2] ?? "") as KillPointSetup;
const reach = reachWith(fuse);

async function handle(change: CallChange | LeadChange): Promise<void> {
  await sendEffect(effectsUrl, effectOf("on", change));
  reach("mid-job");
}

const offhook = createOffhook({
  providers: serverProviders(process.env).map((provider) => reachingProvider(provider, reach)),
  storage: reachingStorage(storageAt(place), reach),
  on: Object.fromEntries(audience.on.map((change) => [change, handle])),
  notifiers: [
    {
      name: "forward",
      changes: audience["notifier:forward"],
      notify: (notification) =>
        sendEffect(effectsUrl, effectOf("notifier:forward", notification), () => reach("mid-forward")),
    },
  ],
  now: () => Date.now() + clockAheadMs,
});
const app = express();
app.post("/drain", async (_request, response) => {
  response.json(await offhook.drain());
});
app.use("/api/webhooks", toExpressHandler(reachingOffhook(offhook, reach)));

function effectOf(consumer: Consumer, change: CallChange | LeadChange): Effect {
  const { id: changeId, type, attempt } = change;
  return { consumer, changeId, type, recordId: "lead" in change ? change.lead.id : change.call.id, attempt };
}

const server = createServer(app).listen(0, "127.0.0.1");
await once(server, "listening");
process.once("SIGTERM", () => {
  server.close();
  server.closeAllConnections();
  void offhook.close().then(() => process.exit(0));
});
// A server that listens on TCP has such an address.
const { port } = server.address() as AddressInfo;
console.log(JSON.stringify({ message: "Listening", address: `http://127.0.0.1:${port}` }));
// Afterwards, because its jobs may end the process at once.
await offhook.open();
