import type { App } from "../programs/app.ts";
import { serveDeno } from "./deno-server.ts";
import { honoApp } from "./hono-app.ts";
import { tellPort } from "./tell-port.ts";

export function serve(app: App): void {
  serveDeno(honoApp(app).fetch, (port) => tellPort(port));
}
