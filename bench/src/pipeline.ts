import { isDeepStrictEqual } from "node:util";
import { foldCall, sha256Hex, type Call, type CallEvent, type RawDelivery } from "@offhook/core";
import { checkDelivery } from "../../packages/core/src/verify.ts";
import type { Case } from "./cases.ts";
import { compare, type Candidate, type Comparison } from "./compare.ts";

/**
 * Bytes, verified, parsed, normalized, folded into a Call and kept in memory. Beside it a handler written by hand that
 * makes the same Call, where the vendor's payload is small; and one that only picks a dozen fields as they are.
 */
export async function benchPipeline(each: Case): Promise<Comparison> {
  const { name, proof, check, map, byHand } = each;
  const keep = memory();
  const genuine = each.delivery(proof);
  const picks: Candidate = {
    name: "bare: check, parse, pick a dozen fields, keep",
    run: () => keep(map(check(proof))),
  };
  const offhook: Candidate = {
    name: "offhook: verify, translate, fold, keep",
    goal: 2,
    run: async () => keep(await callOf(each, genuine)),
  };
  if (byHand === undefined) return compare(`pipeline: ${name}`, [picks, offhook]);
  await expectSameCall(each, byHand(check(proof)));
  const same: Candidate = {
    name: "by hand: check, parse, make the same Call, keep",
    run: () => keep(byHand(check(proof))),
  };
  return compare(`pipeline: ${name}`, [same, picks, offhook]);
}

/** What the receiver does between the request and the storage. */
async function callOf({ provider, route }: Case, genuine: RawDelivery): Promise<Call> {
  const verified = await checkDelivery(route.verification, genuine, Date.now());
  if ("refused" in verified) throw new Error(`${provider.name}: ${verified.message}`);
  const { events } = route.translate(verified);
  const [first, second] = verified.signed ?? [verified.query, verified.body];
  const hashed = sha256Hex(typeof first === "string" ? `\n${first}` : first, second);
  const identity = typeof hashed === "string" ? hashed : await hashed;
  return foldCall(
    events.map((draft, index): CallEvent => ({
      ...draft,
      id: `evt_${provider.name}_${identity.slice(0, 32)}_${index}`,
      tenantId: "default",
      provider: provider.name,
      source: "webhook",
      receivedAt: "2026-11-20T10:00:00.000Z",
      deliveryId: null,
    })),
  );
}

/** Keeps the last few hundred, each once: what a handler without a storage does about repetitions. */
function memory(): (record: object) => void {
  const seen = new Set<string>();
  const kept = new Map<string, object>();
  let count = 0;
  return (record) => {
    count += 1;
    // A vendor's id and kind make such a key; here it has to be new each time.
    const key = `${(record as { readonly id?: string }).id}:${count}`;
    if (seen.has(key)) return;
    seen.add(key);
    kept.set(key, record);
    if (kept.size <= 200) return;
    seen.clear();
    kept.clear();
  };
}

async function expectSameCall(each: Case, byHand: object): Promise<void> {
  const { provenance: _provenance, ...call } = await callOf(each, each.delivery(each.proof));
  const written = JSON.parse(JSON.stringify(byHand)) as object;
  if (!isDeepStrictEqual(JSON.parse(JSON.stringify(call)), written)) {
    throw new Error(`${each.name}: by hand ${JSON.stringify(written)} is not ${JSON.stringify(call)}`);
  }
}
