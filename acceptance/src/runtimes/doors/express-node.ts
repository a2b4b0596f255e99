import { createServer } from "node:http";
import { toExpressHandler } from "@offhook/adapters-express";
import express from "express";
import { answerQuestion, type App } from "../programs/app.ts";
import { listen } from "./listen.ts";

export function serve(app: App): void {
  const server = express().use("/api/webhooks", toExpressHandler(app.offhook));
  server.use((request, response) => {
    void answerQuestion(app, request.url).then((answer) => response.end(answer));
  });
  listen(createServer(server));
}
