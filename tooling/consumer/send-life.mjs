// Sends a signed Twilio call to the server at that address: node send-life.mjs http://127.0.0.1:3000 token
import { signSample, twilioLife } from "@offhook/testing";
import { twilio } from "@offhook/twilio";

const [, , address, authToken] = process.argv;
const provider = twilio({ authToken, publicUrl: "https://app.example.com" });
for (const sample of twilioLife()) {
  const { method, url, headers, body } = await signSample(provider, sample);
  const { status } = await fetch(address + url, { method, headers, body });
  if (status !== 204) throw new Error(`"${sample.name}" was answered ${status}`);
}
