import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { toExpressHandler } from "@offhook/adapters-express";
import { createOffhook } from "@offhook/core";
import { postgresStorage } from "@offhook/storage-postgres";
import express from "express";
import { allProviders } from "./all-providers.ts";
import type { AppCommand, AppMessage, AppOptions } from "./postgres-app-process.ts";

// An app as a user has it, in a process of its own: startPostgresApp starts it.

// As startPostgresApp wrote them.
const options = JSON.parse(process.argv[2] ?? "") as AppOptions;
const tell = (message: AppMessage): void => void process.send?.(message);

let { nowMs } = options;
let gate = Promise.withResolvers<void>();
if (options.held !== true) gate.resolve();

async function effect({ id }: { readonly id: string }): Promise<void> {
  tell({ type: "began", id });
  await gate.promise;
  tell({ type: "ended", id });
}

const offhook = createOffhook({
  providers: allProviders().map(({ create }) => create()),
  storage: postgresStorage({ connectionString: options.connectionString, schema: options.schema }),
  on: {
    "call.created": effect,
    "call.answered": effect,
    "call.ended": effect,
    "call.recorded": effect,
    "call.analyzed": effect,
    "call.updated": effect,
    "call.merged": effect,
    "lead.created": effect,
    "lead.updated": effect,
  },
  now: () => nowMs ?? Date.now(),
  ...(options.commitTimeoutMs === undefined ? {} : { commitTimeoutMs: options.commitTimeoutMs }),
});

const app = express();
app.use("/api/webhooks", toExpressHandler(offhook));
const server = createServer(app).listen(0, "127.0.0.1", () => {
  // It listens on TCP.
  const { port } = server.address() as AddressInfo;
  tell({ type: "listening", address: `http://127.0.0.1:${port}` });
});

process.on("message", (command: AppCommand) => {
  switch (command.type) {
    case "hold":
      gate = Promise.withResolvers();
      break;
    case "release":
      gate.resolve();
      break;
    case "setClock":
      nowMs = command.nowMs;
      break;
    case "report": {
      if (command.tidy) globalThis.gc?.();
      const { rss, heapUsed, external } = process.memoryUsage();
      tell({ type: "report", rss, inUse: heapUsed + external });
      break;
    }
  }
});
// Whoever started it is gone.
process.on("disconnect", () => process.exit());
