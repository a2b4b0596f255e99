import type { Answer, Offhook } from "@offhook/core";
import { fromNodeRequest, sendAnswerAndClose } from "@offhook/core/node";
import type { FastifyPluginAsync, FastifyReply, FastifyRequest, HTTPMethods } from "fastify";
import { routesBelow } from "./routes-below.ts";

const mend = "let no onRequest hook of the app read the body, or keep its bytes in request.rawBody";

/** What Fastify takes a body with by itself, so that Offhook answers 405 in its own words. */
const methods: HTTPMethods[] = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"];

/** A request beside which a hook may have kept the raw bytes. */
interface KeepingRequest extends FastifyRequest {
  readonly rawBody?: unknown;
}

/**
 * Serves Offhook's webhook addresses in a Fastify app, as a plugin. With a `prefix` those that are not absolute are found
 * below it instead. It answers before Fastify parses anything: parsers, `preParsing`, `preValidation` and `preHandler`
 * hooks do not see these requests, `onRequest`, `onSend` and `onResponse` hooks do.
 *
 * @example
 * ```ts
 * await app.register(toFastifyHandler(offhook));
 * ```
 */
export function toFastifyHandler(offhook: Pick<Offhook, "handle" | "addresses">): FastifyPluginAsync {
  const answering =
    (path: string) =>
    async (request: KeepingRequest, reply: FastifyReply): Promise<FastifyReply> => {
      // Fastify has found the address, by rules of its own.
      const { incoming, wasGivenUp } = fromNodeRequest(request.raw, { path, rawBody: request.rawBody, mend });
      const answer = await offhook.handle(incoming);
      if (wasGivenUp()) return giveUp(request, reply, answer);
      return reply.code(answer.status).headers(answer.headers).send(answer.body);
    };
  // Asynchronous, so that a route that the app has already rejects `register`.
  return async (app) => {
    for (const { url, path } of routesBelow(app, offhook.addresses)) {
      app.route({ method: methods, url, onRequest: answering(path), handler: notReached });
    }
  };
}

/** A route must have a handler; the hook has answered by then. */
const notReached = (_request: FastifyRequest, reply: FastifyReply): void => reply.callNotFound();

/** Answers outside Fastify, because the connection has to be given up over an unread body. */
function giveUp({ raw: request }: FastifyRequest, reply: FastifyReply, answer: Answer): FastifyReply {
  reply.hijack();
  // Hooks of the app may have set some.
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  sendAnswerAndClose(request, reply.raw, answer);
  return reply;
}
