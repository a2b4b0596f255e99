import { mkdir } from "node:fs/promises";
import { createOffhook } from "@offhook/core";
import { signSample, twilioLife } from "@offhook/testing";
import { twilio } from "@offhook/twilio";
import { kyselyStorage } from "./kysely-storage.ts";

const provider = twilio({ authToken: "example token", publicUrl: "https://app.example.com" });

await mkdir(".offhook", { recursive: true });
const offhook = createOffhook({
  providers: [provider],
  storage: kyselyStorage({ path: ".offhook/custom-storage.db" }),
});
await offhook.open();

// One call as Twilio would tell of it; run this twice, and the second time nothing is new.
for (const sample of twilioLife()) {
  const answer = await offhook.handle(await signSample(provider, sample));
  console.log(`${sample.name}: ${answer.status}`);
}

const { data } = await offhook.calls.list();
for (const { id, status, outcome, durationSeconds, recordings, version } of data) {
  console.log(`${id}: ${status}, ${outcome}, ${durationSeconds} s, ${recordings.length} recording, ${version} events`);
}
await offhook.close();
