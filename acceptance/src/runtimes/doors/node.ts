import { createServer } from "node:http";
import { toNodeHandler } from "@offhook/core/node";
import { answerQuestion, type App } from "../programs/app.ts";
import { listen } from "./listen.ts";

export function serve(app: App): void {
  const handler = toNodeHandler(app.offhook);
  const server = createServer((request, response) =>
    handler(
      request,
      response,
      () => void answerQuestion(app, request.url ?? "").then((answer) => response.end(answer)),
    ),
  );
  listen(server);
}
