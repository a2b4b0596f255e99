import { createOffhook, fromEnv, type Offhook } from "@offhook/core";
import { sqliteStorage } from "@offhook/storage-sqlite";
import { twilio, twilioEnvironment } from "@offhook/twilio";

const settings = fromEnv({ twilio: twilioEnvironment }); // TWILIO_AUTH_TOKEN, OFFHOOK_PUBLIC_URL

// Next may load this file more than once, and does so after every change in development.
const kept = globalThis as { offhook?: Offhook };

export const offhook = (kept.offhook ??= createOffhook({
  providers: [twilio(settings.twilio)],
  storage: sqliteStorage({ path: "calls.db" }),
  on: {
    "call.ended": ({ call }) => {
      console.log(`${call.id}: ${call.outcome}, ${call.durationSeconds} s`);
    },
  },
}));
