import { toHonoHandler } from "@offhook/adapters-hono";
import { createOffhook, fromEnv } from "@offhook/core";
import { behindProxies } from "@offhook/core/addresses";
import { postgresStorage } from "@offhook/storage-postgres";
import { twilio, twilioEnvironment } from "@offhook/twilio";
import { Hono, type ExecutionContext } from "hono";
import { Pool } from "pg";

export interface Env {
  /** TWILIO_AUTH_TOKEN and OFFHOOK_PUBLIC_URL. */
  readonly [name: string]: unknown;
  readonly HYPERDRIVE: { readonly connectionString: string };
  readonly UNVERIFIED: { limit(options: { readonly key: string }): Promise<{ readonly success: boolean }> };
}

/** For one request: a Worker may not use a connection that another request has opened. */
function openOffhook(env: Env) {
  const settings = fromEnv({ twilio: twilioEnvironment }, env);
  const pool = new Pool({ connectionString: env.HYPERDRIVE.connectionString, max: 2 });
  const offhook = createOffhook({
    providers: [twilio(settings.twilio)],
    storage: postgresStorage({ pool, migrate: false }), // migrated before it is deployed
    on: { "call.ended": ({ call }) => console.log(`${call.id}: ${call.outcome}, ${call.durationSeconds} s`) },
    runJobs: false, // nothing lives on here: see finish
    clientAddress: behindProxies({ trusted: "any", header: "cf-connecting-ip" }),
    rateLimit: { limiter: { take: async (address) => (await env.UNVERIFIED.limit({ key: address })).success } },
  });
  /** Runs handlers and what else is due, and lets go of the database. */
  const finish = async (): Promise<void> => {
    try {
      await offhook.drain({ timeoutMs: 20_000 });
    } finally {
      await offhook.close();
      await pool.end();
    }
  };
  return { offhook, finish };
}

const app = new Hono<{ Bindings: Env }>();
app.use("/api/webhooks/*", async (context, next) => {
  const { offhook, finish } = openOffhook(context.env);
  try {
    return await toHonoHandler(offhook)(context, next);
  } finally {
    context.executionCtx.waitUntil(finish()); // after the answer
  }
});

export default {
  fetch: app.fetch,
  scheduled(_event: unknown, env: Env, context: Pick<ExecutionContext, "waitUntil">): void {
    context.waitUntil(openOffhook(env).finish());
  },
};
