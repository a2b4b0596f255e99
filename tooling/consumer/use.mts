import { createServer } from "node:http";
import { toExpressHandler } from "@offhook/adapters-express";
import { toFastifyHandler } from "@offhook/adapters-fastify";
import { toHonoHandler } from "@offhook/adapters-hono";
import { toNextHandlers } from "@offhook/adapters-next";
import { createOffhook, fromEnv, memoryStorage, type Call } from "@offhook/core";
import { addressRanges, behindProxies } from "@offhook/core/addresses";
import { toNodeHandler } from "@offhook/core/node";
import { twilio, twilioEnvironment } from "@offhook/twilio";
import { createTwilioClient } from "@offhook/twilio/client";
import express from "express";
import { fastify } from "fastify";
import { Hono } from "hono";

const client = createTwilioClient({ accountSid: "AC0123456789abcdef0123456789abcdef", authToken: "token" });
export const calls: Call[] = [];
export const offhook = createOffhook({
  providers: [twilio({ authToken: "token", publicUrl: "https://app.example.com", client })],
  storage: memoryStorage(),
  clientAddress: behindProxies({ trusted: ["10.0.0.0/8"] }),
  allowedAddresses: { twilio: addressRanges(["192.0.2.0/24"]) },
  on: { "call.ended": ({ call }) => void calls.push(call) },
});
export const answer: Promise<Response> = offhook.fetch(new Request("https://app.example.com/api/webhooks/twilio"));
export const settings: { readonly publicUrl: string } = fromEnv({ twilio: twilioEnvironment }).twilio;

createServer(toNodeHandler(offhook));
express().use("/api/webhooks", toExpressHandler(offhook));
void fastify().register(toFastifyHandler(offhook));
new Hono().use("/api/webhooks/*", toHonoHandler(offhook));
export const { GET, POST } = toNextHandlers(offhook);
