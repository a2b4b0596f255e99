import { preflight, refused } from "./answers.ts";
import type { Answer, IncomingRequest } from "./delivery.ts";
import { headerOf } from "./headers.ts";
import { receive, type ReceiveContext } from "./receive.ts";
import { queryOf } from "./request-target.ts";
import type { Route } from "./routes.ts";
import { answerEcho, answerTest, describeRoute } from "./system-routes.ts";

const methodsOfSystemRoutes = new Set(["GET", "HEAD", "POST"]);

/** Method and route: what a delivery is handed on to `receive`, and what is only asked about is answered here. */
export async function answerRoute(
  context: ReceiveContext,
  route: Route,
  path: string,
  request: IncomingRequest,
): Promise<Answer> {
  const { method } = request;
  const methods = route.type === "provider" ? route.route.methods : ["GET", "POST"];
  const allow = [...new Set(["GET", "HEAD", "OPTIONS", ...methods])].join(", ");
  // A GET without a query can only be somebody looking.
  const isDelivery = method === "POST" || (method === "GET" && queryOf(request.url) !== "");
  if (route.type === "provider" && isDelivery && methods.includes(method)) {
    return receive(context, route.provider, route.route, request);
  }
  // What comes with a proof was handed on; nothing below has one.
  if (!(await context.isWithinLimit(request.remoteAddress))) return refused("rate_limited");
  if (method === "OPTIONS") return preflight(allow);
  if (route.type === "test" && methodsOfSystemRoutes.has(method)) return answerTest(path, request);
  if (route.type === "echo" && methodsOfSystemRoutes.has(method)) return answerEcho(request);
  if (route.type === "provider" && (method === "GET" || method === "HEAD")) {
    return describeRoute(path, `${route.provider.name} webhook is listening`, methods);
  }
  return refused("method_not_allowed", { allow });
}

/** Lets browsers of the named origins read the answer. */
export function withCors(answer: Answer, { headers }: IncomingRequest, origins: readonly string[]): Answer {
  const origin = headerOf(headers, "origin");
  if (origins.length === 0 || origin === undefined || !origins.includes(origin)) return answer;
  return {
    ...answer,
    headers: {
      ...answer.headers,
      "access-control-allow-origin": origin,
      "access-control-allow-methods": "GET, POST, OPTIONS",
      "access-control-allow-headers": "content-type",
      vary: "Origin",
    },
  };
}
