import { toExpressHandler } from "@offhook/adapters-express";
import { callrail } from "@offhook/callrail";
import { createOffhook } from "@offhook/core";
import { sqliteStorage } from "@offhook/storage-sqlite";
import { twilio } from "@offhook/twilio";
import express from "express";

const offhook = createOffhook({
  providers: [
    callrail({ signingKey: process.env["CALLRAIL_SIGNING_KEY"] ?? "" }),
    twilio({ authToken: process.env["TWILIO_AUTH_TOKEN"] ?? "", publicUrl: "https://app.example.com" }),
  ],
  storage: sqliteStorage({ path: "calls.db" }),
  on: {
    "call.ended": ({ call }) => {
      console.log(`${call.id}: ${call.outcome}, ${call.durationSeconds} s`);
    },
  },
});

await offhook.open(); // fails here, not at the first webhook

const app = express();
app.use("/api/webhooks", toExpressHandler(offhook));
app.use(express.json()); // after Offhook: signatures cover the bytes as they were sent
const server = app.listen(Number(process.env["PORT"] ?? 3000), "127.0.0.1", () => {
  console.log(`Listening on`, server.address());
});
