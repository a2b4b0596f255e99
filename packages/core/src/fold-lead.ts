import type { Lead, LeadEvent } from "./lead.ts";
import { leadIdOf, uniteReferences } from "./references.ts";
import { timeOf } from "./event-order.ts";

function compare(left: LeadEvent, right: LeadEvent): number {
  const leftTime = timeOf(left);
  const rightTime = timeOf(right);
  if (leftTime !== rightTime) return leftTime < rightTime ? -1 : 1;
  return left.id < right.id ? -1 : left.id > right.id ? 1 : 0;
}

/** The Lead that a set of events describes: field by field the latest that says something. Pure and total. */
export function foldLead(events: readonly LeadEvent[]): Lead {
  const ordered = [...new Map(events.map((event) => [event.id, event])).values()].toSorted(compare);
  const [first] = ordered;
  const last = ordered.at(-1);
  if (first === undefined || last === undefined) {
    throw new RangeError("foldLead: expected at least one event, got none");
  }
  const references = uniteReferences(ordered.map((event) => event.references));
  const latest = <Name extends keyof LeadEvent["facts"]>(name: Name) => {
    for (let index = ordered.length - 1; index >= 0; index -= 1) {
      const said = ordered[index]?.facts[name];
      if (said !== null && said !== undefined) return said;
    }
    return null;
  };
  return {
    id: leadIdOf(references[0] ?? { provider: first.provider, id: first.id }),
    tenantId: first.tenantId,
    references,
    firstName: latest("firstName"),
    lastName: latest("lastName"),
    phone: latest("phone"),
    email: latest("email"),
    address: latest("address"),
    city: latest("city"),
    region: latest("region"),
    postalCode: latest("postalCode"),
    country: latest("country"),
    campaign: latest("campaign"),
    status: latest("status"),
    data: latest("data"),
    test: ordered.some((event) => event.test === true),
    createdAt: timeOf(first),
    updatedAt: timeOf(last),
    version: ordered.length,
  };
}
