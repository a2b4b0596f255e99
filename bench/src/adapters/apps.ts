import { createServer, type Server } from "node:http";
import { serve } from "@hono/node-server";
import { toExpressHandler } from "@offhook/adapters-express";
import { toFastifyHandler } from "@offhook/adapters-fastify";
import { toHonoHandler } from "@offhook/adapters-hono";
import type { Offhook } from "@offhook/core";
import { toNodeHandler } from "@offhook/core/node";
import express from "express";
import Fastify from "fastify";
import { Hono } from "hono";
import { accepted, isGenuine, jsonType } from "./bare.ts";
import { benchPath, signatureHeader } from "./receivers.ts";

/** An app that listens, by framework and by what is behind it: nothing of Offhook's, or an Offhook. */
export type StartApp = (offhook: Offhook | undefined) => Promise<Server>;

export const apps: { readonly [framework: string]: StartApp } = {
  "node:http": async (offhook) => {
    const server =
      offhook === undefined
        ? createServer((request, response) => {
            const chunks: Buffer[] = [];
            request.on("data", (chunk: Buffer) => chunks.push(chunk));
            request.on("end", () => {
              const isOne = chunks.length === 1 && chunks[0] !== undefined;
              const body = isOne && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
              response.writeHead(isGenuine(request.headers[signatureHeader], body) ? 200 : 401, {
                "content-type": jsonType,
                "content-length": accepted.length,
              });
              response.end(accepted);
            });
          })
        : createServer(toNodeHandler(offhook));
    return listening(server.listen(0, "127.0.0.1"));
  },
  Express: async (offhook) => {
    const app = express();
    if (offhook === undefined) {
      app.post(benchPath, express.raw({ type: "*/*", limit: "1mb" }), (request, response) => {
        // express.raw has put it there.
        const genuine = isGenuine(request.headers[signatureHeader], request.body as Buffer);
        response
          .status(genuine ? 200 : 401)
          .type(jsonType)
          .send(accepted);
      });
    } else {
      app.use("/api/webhooks", toExpressHandler(offhook));
    }
    return listening(app.listen(0, "127.0.0.1"));
  },
  Fastify: async (offhook) => {
    const app = Fastify();
    if (offhook === undefined) {
      app.removeAllContentTypeParsers();
      app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
      app.post(benchPath, async (request, reply) => {
        // The parser above has put it there.
        const genuine = isGenuine(request.headers[signatureHeader], request.body as Buffer);
        return reply
          .code(genuine ? 200 : 401)
          .type(jsonType)
          .send(accepted);
      });
    } else {
      await app.register(toFastifyHandler(offhook));
    }
    await app.listen({ port: 0, host: "127.0.0.1" });
    return app.server;
  },
  Hono: async (offhook) => {
    const app = new Hono();
    if (offhook === undefined) {
      app.post(benchPath, async (context) => {
        const body = new Uint8Array(await context.req.arrayBuffer());
        const genuine = isGenuine(context.req.header(signatureHeader), body);
        return context.body(accepted, genuine ? 200 : 401, { "content-type": jsonType });
      });
    } else {
      app.use("/api/webhooks/*", toHonoHandler(offhook));
    }
    // Without TLS it is this kind of server.
    return listening(serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }) as Server);
  },
};

async function listening(server: Server): Promise<Server> {
  if (!server.listening) await new Promise((resolve) => void server.once("listening", resolve));
  return server;
}
