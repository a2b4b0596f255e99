import { checkClient, ConfigurationError, type CallDirection, type Provider, type ProviderRoute } from "@offhook/core";
import { accountTime } from "./account-time.ts";
import type { ConvosoClient } from "./create-client.ts";
import {
  compileConversion,
  compileDispositions,
  type ConvosoConversion,
  type ConvosoDispositions,
} from "./dispositions.ts";
import { callEvent, toTranslation, type AccountRules, type RouteKind } from "./events.ts";
import { compileFields, type ConvosoFields } from "./fields.ts";
import { readPayload } from "./payload.ts";
import { accountPhones } from "./phones.ts";
import type { ConvosoRules } from "./rules.ts";
import { convosoVerification, secretQueryFields, type ConvosoVerification } from "./verification.ts";

export interface ConvosoOptions {
  /** How a request is shown to be genuine. Required: Convoso signs nothing by itself. */
  readonly verification: ConvosoVerification;
  /** IANA name of the account's time zone, such as `America/New_York`: Convoso writes times without one. */
  readonly timeZone: string;
  /** Your Adaptor's keys by fact, tried before the usual ones: `{ callId: ["my_call_id"] }`. */
  readonly fields?: ConvosoFields;
  /** Your dispositions: `{ LVM: "voicemail" }`. Those in neither table mean `completed`. */
  readonly dispositions?: ConvosoDispositions;
  /** Dispositions that mean a conversion. Default `["SALE"]`. */
  readonly conversion?: ConvosoConversion;
  /** For calls that do not state it. Default `unknown`, because queues take calls in as well. */
  readonly defaultDirection?: CallDirection;
  /** ISO 3166 country of numbers without a country code. Default `US`. */
  readonly defaultCountry?: string;
  /** `createConvosoClient` of `@offhook/convoso/client`: for import, reconcile and recordings. */
  readonly client?: Pick<ConvosoClient, "connect" | "provider">;
}

/**
 * Convoso: calls and leads that workflows push through Convoso Connect, whatever names the account gave its fields.
 *
 * @example
 * convoso({ verification: { headerToken: secret, header: "x-shared-secret" }, timeZone: "America/New_York" });
 *
 * @throws ConfigurationError `secret_missing`, or `option_invalid` for a time zone, field, disposition or verification
 * that does not exist, or for the client of another vendor.
 */
export function convoso(options: ConvosoOptions): Provider {
  const { defaultDirection = "unknown", defaultCountry = "US" } = options;
  checkDirection(defaultDirection);
  checkCountry(defaultCountry);
  const verification = convosoVerification(options.verification);
  const rules: AccountRules = {
    timeZone: options.timeZone,
    fieldsOf: compileFields(options.fields),
    time: accountTime(options.timeZone),
    phone: accountPhones(defaultCountry),
    meaningOf: compileDispositions(options.dispositions),
    isConversion: compileConversion(options.conversion),
    defaultDirection,
  };
  const payloadOptions = {
    trustsQuery: verification.type !== "hmac",
    secretField:
      verification.type === "shared-secret" && "query" in verification.in ? verification.in.query : undefined,
  };
  const route = (path: string, kind: RouteKind): ProviderRoute => ({
    paths: [path],
    kind,
    methods: ["POST", "GET"],
    // A Connect sends JSON as a form and the reverse, so the type is no reason to refuse.
    contentTypes: [],
    verification,
    secretQueryFields: secretQueryFields(verification),
    // The answer is read as JSON and shown in the Connect log. https://help.convoso.com/hc/en-us/articles/215446087
    acknowledgement: 200,
    translate: (delivery) => toTranslation(readPayload(delivery, payloadOptions), kind, rules),
  });
  checkClient("convoso", "createConvosoClient", options.client);
  return {
    name: "convoso",
    ...(options.client === undefined ? {} : { api: options.client.connect(rulesForClient(rules)) }),
    routes: [route("convoso", ""), route("convoso-leads", "leads")],
  };
}

function rulesForClient(rules: AccountRules): ConvosoRules {
  const read = compileFields();
  return { timeZone: rules.timeZone, callEvent: (record) => callEvent(read([record]), rules) };
}

function checkDirection(direction: unknown): void {
  if (direction === "inbound" || direction === "outbound" || direction === "unknown") return;
  throw new ConfigurationError(
    "option_invalid",
    "convoso({ defaultDirection }): expected inbound, outbound or unknown, got something else",
  );
}

function checkCountry(country: unknown): void {
  if (typeof country === "string" && /^[A-Z]{2}$/.test(country)) return;
  throw new ConfigurationError(
    "option_invalid",
    "convoso({ defaultCountry }): expected an ISO 3166 code such as US, got something else",
  );
}
