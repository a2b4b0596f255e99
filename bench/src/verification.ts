import { verifyDelivery } from "@offhook/core";
import { ElevenLabsClient } from "@elevenlabs/elevenlabs-js";
import Retell from "retell-sdk";
import twilioSdk from "twilio";
import { checkDelivery } from "../../packages/core/src/verify.ts";
import { secret, type Case } from "./cases.ts";
import { compare, type Comparison } from "./compare.ts";

/** Verification beside the bare check of the same bytes, genuine and forged, and beside the vendor's SDK. */
export async function benchVerification(each: Case): Promise<Comparison> {
  const genuine = each.delivery(each.proof);
  const forged = each.delivery(each.forged);
  await expectOutcomes(each);
  return compare(`verify: ${each.name}`, [
    { name: "bare node:crypto", run: () => each.check(each.proof) },
    // What the receiver itself calls; verifyDelivery is the same with an Error for a refusal.
    { name: "offhook, genuine", run: () => checkDelivery(each.route.verification, genuine, Date.now()), goal: 1.25 },
    { name: "offhook, forged", run: () => checkDelivery(each.route.verification, forged, Date.now()) },
    ...sdkOf(each),
  ]);
}

async function expectOutcomes({ name, route, delivery, proof, forged, check }: Case): Promise<void> {
  await verifyDelivery(route.verification, delivery(proof));
  if (!check(proof) || check(forged)) throw new Error(`${name}: the bare check is wrong`);
  const checked = await checkDelivery(route.verification, delivery(forged), Date.now());
  if (!("refused" in checked)) throw new Error(`${name}: the forged request passed`);
}

function sdkOf({ name, proof, body, route, delivery }: Case): { name: string; run: () => unknown }[] {
  if (name.startsWith("retell")) {
    return [{ name: "retell-sdk verify", run: () => Retell.verify(body.toString(), secret, proof) }];
  }
  if (name.startsWith("elevenlabs")) {
    const client = new ElevenLabsClient({ apiKey: "none" });
    const genuine = delivery(proof);
    return [
      {
        name: "offhook, with JSON.parse",
        run: async () => {
          const verified = await verifyDelivery(route.verification, genuine);
          return JSON.parse(new TextDecoder().decode(verified.body)) as unknown;
        },
      },
      {
        name: "elevenlabs-js constructEvent (parses)",
        run: () => client.webhooks.constructEvent(body.toString(), proof, secret),
      },
    ];
  }
  if (name.startsWith("twilio")) {
    const url = "https://hooks.example.com/api/webhooks/twilio?tenant=t_4821";
    const parse = (): Record<string, string> => Object.fromEntries(new URLSearchParams(body.toString()));
    return [
      { name: "twilio SDK validateRequest", run: () => twilioSdk.validateRequest(secret, proof, url, parse()) },
      {
        name: "twilio SDK validateRequest, forged",
        run: () => twilioSdk.validateRequest(secret, `AAAA${proof.slice(4)}`, url, parse()),
      },
    ];
  }
  return [];
}
