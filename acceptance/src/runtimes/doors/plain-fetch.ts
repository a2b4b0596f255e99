import type { RequestOrigin } from "@offhook/core";
import { answerQuestion, type App } from "../programs/app.ts";

/** `offhook.fetch`, beside the test's own questions. */
export async function plainFetch(app: App, request: Request, origin: RequestOrigin): Promise<Response> {
  const answer = await answerQuestion(app, new URL(request.url).pathname);
  return answer === undefined ? app.offhook.fetch(request, origin) : new Response(answer);
}
