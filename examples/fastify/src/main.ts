import { toFastifyHandler } from "@offhook/adapters-fastify";
import { createOffhook, fromEnv } from "@offhook/core";
import { retell, retellEnvironment } from "@offhook/retell";
import { sqliteStorage } from "@offhook/storage-sqlite";
import Fastify from "fastify";

const settings = fromEnv({ retell: retellEnvironment }); // RETELL_API_KEY
const app = Fastify({ logger: true });

const offhook = createOffhook({
  providers: [retell(settings.retell)],
  storage: sqliteStorage({ path: "calls.db" }),
  logger: app.log,
  on: {
    "call.ended": ({ call }) => app.log.info({ call: call.id, status: call.status, seconds: call.durationSeconds }),
  },
});

app.addHook("onClose", () => offhook.close());
await app.register(toFastifyHandler(offhook));
app.get("/calls", async () => offhook.calls.list({ limit: 50 })); // put a login before it
await offhook.open(); // fails here, not at the first webhook
await app.listen({ port: Number(process.env["PORT"] ?? 3000), host: "127.0.0.1" });
