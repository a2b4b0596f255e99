import { createOffhook, memoryStorage, type Call } from "@offhook/core";
import { twilio } from "@offhook/twilio";

export const calls: Call[] = [];
export const offhook = createOffhook({
  providers: [twilio({ authToken: "token", publicUrl: "https://app.example.com" })],
  storage: memoryStorage(),
  on: { "call.ended": ({ call }) => void calls.push(call) },
});
export const answer: Promise<Response> = offhook.fetch(new Request("https://app.example.com/api/webhooks/twilio"));
