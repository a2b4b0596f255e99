import type { RequestParameters } from "./api-requests.ts";

/** A person to be called. Convoso's own names; see the links for what they do. */
export interface ConvosoNewLead {
  readonly list_id: string | number;
  /** National digits. */
  readonly phone_number: string;
  /** The country code. Default 1. */
  readonly phone_code?: string;
  /** A disposition. */
  readonly status?: string;
  readonly owner_id?: string;
  readonly created_by?: string;
  readonly first_name?: string;
  readonly last_name?: string;
  readonly email?: string;
  readonly alt_phone_1?: string;
  readonly alt_phone_2?: string;
  readonly address1?: string;
  readonly address2?: string;
  readonly city?: string;
  readonly state?: string;
  readonly province?: string;
  readonly postal_code?: string;
  readonly country?: string;
  readonly gender?: string;
  /** `YYYY-MM-DD`. */
  readonly date_of_birth?: string;
  readonly notes?: string;
  /**
   * Refuse a number that is known: 0 nowhere, 1 in the account, 2 in the list, 3 in the campaign.
   * https://help.convoso.com/hc/en-us/articles/31514538080411-Insert-Leads-via-API
   */
  readonly check_dup?: 0 | 1 | 2 | 3;
  readonly check_dup_archive?: boolean;
  readonly check_dnc?: boolean;
  readonly check_wireless?: boolean;
  /** Call it right away. */
  readonly hopper?: boolean;
  /** 0 to 99; default 99. */
  readonly hopper_priority?: number;
  /** Minutes, at most 300. */
  readonly hopper_expires_in?: number;
  readonly update_if_found?: boolean;
  readonly search_campaign_id?: string | number;
  readonly search_list_id?: string | number;
  /** Take the country code off the number. */
  readonly filter_phone_code?: boolean;
  /** `MOBILE`, `VOIP`, `LANDLINE`, or several with commas between them. */
  readonly reject_by_carrier_type?: string;
  /** The fields that only your account has. */
  readonly custom?: { readonly [name: string]: string | number };
}

/** Which leads to look for. Dates are `YYYY-MM-DD` by the account's clock. */
export interface ConvosoLeadSearch {
  readonly lead_id?: string;
  readonly list_id?: string | number;
  readonly user_id?: string;
  readonly owner_id?: string;
  readonly status?: string;
  /** National digits. */
  readonly phone_number?: string;
  readonly first_name?: string;
  readonly last_name?: string;
  readonly email?: string;
  readonly city?: string;
  readonly state?: string;
  readonly postal_code?: string;
  readonly country?: string;
  readonly date_of_birth?: string;
  readonly created_at_start_date?: string;
  readonly created_at_end_date?: string;
  readonly updated_at_start_date?: string;
  readonly updated_at_end_date?: string;
}

/** Flat, because Convoso takes nothing nested, and with numbers for yes and no. */
export function leadParameters({ custom = {}, ...lead }: ConvosoNewLead): RequestParameters {
  const parameters: Record<string, string | number> = { ...custom };
  for (const [name, value] of Object.entries(lead) as [string, string | number | boolean | undefined][]) {
    if (value !== undefined) parameters[name] = typeof value === "boolean" ? Number(value) : value;
  }
  return parameters;
}
