import type { App } from "../programs/app.ts";
import { plainFetch } from "./plain-fetch.ts";

export function serve(app: App): { fetch(request: Request): Promise<Response> } {
  return {
    fetch: (request) =>
      plainFetch(app, request, { remoteAddress: request.headers.get("cf-connecting-ip") ?? undefined }),
  };
}
