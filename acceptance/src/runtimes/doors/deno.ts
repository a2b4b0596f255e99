import type { App } from "../programs/app.ts";
import { serveDeno } from "./deno-server.ts";
import { plainFetch } from "./plain-fetch.ts";
import { tellPort } from "./tell-port.ts";

export function serve(app: App): void {
  serveDeno(
    (request, { remoteAddr }) => plainFetch(app, request, { remoteAddress: remoteAddr.hostname }),
    (port) => tellPort(port),
  );
}
