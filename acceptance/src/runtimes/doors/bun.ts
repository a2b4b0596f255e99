import type { App } from "../programs/app.ts";
import { serveBun } from "./bun-server.ts";
import { plainFetch } from "./plain-fetch.ts";
import { tellPort } from "./tell-port.ts";

export function serve(app: App): void {
  const { port } = serveBun((request, server) =>
    plainFetch(app, request, { remoteAddress: server.requestIP(request)?.address }),
  );
  tellPort(port);
}
