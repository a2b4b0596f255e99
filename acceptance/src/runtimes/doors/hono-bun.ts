import type { App } from "../programs/app.ts";
import { serveBun } from "./bun-server.ts";
import { honoApp } from "./hono-app.ts";
import { tellPort } from "./tell-port.ts";

export function serve(app: App): void {
  tellPort(serveBun(honoApp(app).fetch).port);
}
