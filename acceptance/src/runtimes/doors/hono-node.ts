import { serve as serveHono } from "@hono/node-server";
import type { App } from "../programs/app.ts";
import { honoApp } from "./hono-app.ts";
import { tellPort } from "./tell-port.ts";

export function serve(app: App): void {
  serveHono({ fetch: honoApp(app).fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => tellPort(port));
}
