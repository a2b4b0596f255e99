import { toHonoHandler } from "@offhook/adapters-hono";
import { Hono } from "hono";
import { answerQuestion, type App } from "../programs/app.ts";

/** A Hono app with the webhooks, beside the test's own questions. */
export function honoApp(app: App): Hono {
  const hono = new Hono().use("/api/webhooks/*", toHonoHandler(app.offhook));
  hono.get("*", async (context) => {
    const answer = await answerQuestion(app, context.req.path);
    return answer === undefined ? context.notFound() : context.body(answer);
  });
  return hono;
}
