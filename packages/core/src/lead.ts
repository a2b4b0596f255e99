import type { JsonValue, Phone, Reference } from "./call.ts";

/** The facts a vendor can state of a lead. Members that are null, undefined or missing say nothing. */
export interface LeadFacts {
  readonly firstName?: string | null;
  readonly lastName?: string | null;
  readonly phone?: Phone | null;
  readonly email?: string | null;
  readonly address?: string | null;
  readonly city?: string | null;
  readonly region?: string | null;
  readonly postalCode?: string | null;
  readonly country?: string | null;
  readonly campaign?: string | null;
  readonly status?: string | null;
  /** Further named values the vendor sent. */
  readonly data?: JsonValue;
}

/** What a provider says of a lead. */
export interface LeadEventDraft {
  readonly type: "lead.received";
  /** ISO-8601 UTC with milliseconds; null where the vendor does not say when. */
  readonly occurredAt: string | null;
  /** Names the lead in the vendor's world. */
  readonly references: readonly Reference[];
  readonly facts: LeadFacts;
  readonly test?: boolean;
}

/** What a delivery said of a lead. Immutable. */
export interface LeadEvent extends LeadEventDraft {
  readonly id: string;
  readonly tenantId: string;
  readonly provider: string;
  readonly source: "webhook" | "api" | "manual";
  readonly receivedAt: string;
  readonly deliveryId: string | null;
}

/** A person a vendor told us of. A pure function of the set of its events. */
export interface Lead {
  /** `lead_…`, made from the reference. */
  readonly id: string;
  readonly tenantId: string;
  readonly references: readonly Reference[];
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly phone: Phone | null;
  readonly email: string | null;
  readonly address: string | null;
  readonly city: string | null;
  readonly region: string | null;
  readonly postalCode: string | null;
  readonly country: string | null;
  readonly campaign: string | null;
  readonly status: string | null;
  readonly data: JsonValue;
  readonly test: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** How many events the Lead is folded from. */
  readonly version: number;
}
