import { foldCall, sha256Hex, verifyDelivery, type CallEvent } from "@offhook/core";
import { createCases } from "./cases.ts";
import { compare, type Comparison } from "./compare.ts";

/** Bytes, verified, parsed, normalized, folded into a Call and kept in memory, beside the handler that a user would paste. */
export async function benchPipeline(): Promise<Comparison[]> {
  const comparisons: Comparison[] = [];
  for (const { name, provider, route, delivery, proof, check, map } of await createCases()) {
    const kept = new Map<string, object>();
    let count = 0;
    const keep = (record: object): void => {
      count += 1;
      kept.set(String(count), record);
      if (kept.size > 200) kept.clear();
    };
    const genuine = delivery(proof);
    comparisons.push(
      await compare(`pipeline: ${name}`, [
        {
          name: "bare: check, parse, pick, keep",
          run: () => keep(map(check(proof))),
        },
        {
          name: "offhook: verify, translate, fold, keep",
          goal: 2,
          run: async () => {
            const verified = await verifyDelivery(route.verification, genuine);
            const identity = await sha256Hex(`${route.kind}\n${verified.query}\n`, verified.body);
            const events = route.translate(verified).events.map((draft, index): CallEvent => ({
              ...draft,
              id: `evt_${identity.slice(0, 32)}_${index}`,
              tenantId: "default",
              provider: provider.name,
              source: "webhook",
              receivedAt: "2026-11-20T10:00:00.000Z",
              deliveryId: null,
            }));
            keep(foldCall(events));
          },
        },
      ]),
    );
  }
  return comparisons;
}
