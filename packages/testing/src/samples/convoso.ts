import { sampleContext, type SampleOptions, type SampleRequest } from "../sample.ts";
import {
  callId,
  callLog,
  callSeconds,
  disposed,
  ended,
  leadId,
  naive,
  national,
  recordingUrl,
  seedCall,
  seedLead,
  type Fields,
} from "./convoso-payloads.ts";

const sample = (name: string, contentType: string, body: string, path = "convoso"): SampleRequest => ({
  provider: "convoso",
  name,
  path,
  method: "POST",
  query: "",
  contentType,
  body,
  mapped: true,
});

const formType = "application/x-www-form-urlencoded";
const encode = (fields: Fields): string => new URLSearchParams(fields).toString();

/** Post Data Type RAW. */
const form = (name: string, fields: Fields, path?: string): SampleRequest =>
  sample(name, formType, encode(fields), path);

const json = (name: string, value: unknown, path?: string): SampleRequest =>
  sample(name, "application/json", JSON.stringify(value), path);

const byQuery = (name: string, fields: Fields, path = "convoso"): SampleRequest => ({
  ...sample(name, formType, "", path),
  method: "GET",
  contentType: null,
  query: encode(fields),
});

/** An answered outbound call, disposed of twice, whose recording comes late. Times are those of New York. */
export function convosoLife(options?: SampleOptions): SampleRequest[] {
  const context = sampleContext(options);
  return [
    form("call.INCALL", callLog(context, "INCALL")),
    form("call.CB", ended(context, "CB", callSeconds, 130_000)),
    json("call.recorded", {
      params: {
        call_log_id: callId(context),
        length_in_sec: String(callSeconds),
        recording: recordingUrl(context),
      },
    }),
    form("call.SALE", disposed(context)),
  ];
}

/** Every shape and writing of a call or lead that is known to arrive by POST. */
export function convosoSamples(options?: SampleOptions): SampleRequest[] {
  const context = sampleContext(options);
  const call = ended(context, "SALE", callSeconds, 300_000);
  const { call_log_id: _callId, ...callWithoutId } = call;
  return [
    ...convosoLife(options),
    form("call.NA", ended(context, "NA", 0, 40_000)),
    form("call.AM", ended(context, "AM", 31, 40_000)),
    form("call.DROP", { ...ended(context, "DROP", 0, 10_000), user_id: "666666", agent_full_name: "System" }),
    form("call.inbound", {
      ...ended(context, "NI", 64, 70_000),
      call_type: "INBOUND",
      queue_id: "12",
      queue_name: "Sales",
      inbound_number: national(context.to),
      caller_id: "",
    }),
    form("call without id", callWithoutId),
    json("call of the seed", seedCall(context)),
    json("call with four fields", {
      call_id: callId(context),
      lead_id: leadId(context),
      phone_number: "555-0123",
      disposition: "No Answer",
    }),
    sample("call: a query in params", formType, encode({ params: encode(call) })),
    sample("call: JSON in params", formType, encode({ params: JSON.stringify(seedCall(context)) })),
    sample("call: JSON as form", formType, JSON.stringify(seedCall(context))),
    sample("call: JSON as a form's key", formType, `${encodeURIComponent(JSON.stringify(seedCall(context)))}=`),
    json("call: a list", [seedCall(context)]),
    json("call: a list in params", { params: [seedCall(context, { duration: "02:05" })] }),
    sample("call: without content type", "text/plain", `\r\n${JSON.stringify(seedCall(context), null, 2)}\r\n`),
    json("lead of the seed", seedLead(context), "convoso-leads"),
    form(
      "lead",
      {
        id: leadId(context),
        remote_id: "NULL",
        list_id: "10855",
        status: "NEW",
        called_count: "0",
        modified_at: naive(context.startMs),
        phone_number: national(context.from),
        phone_code: "1",
        first_name: "Ana",
        last_name: "Núñez",
        email: "ana@example.test",
        address1: "1 Main St",
        city: "Reno",
        state: "NV",
        postal_code: "89501",
        country: "US",
      },
      "convoso-leads",
    ),
    json("lead without id", { first_name: "Ana", phone_number: context.from }, "convoso-leads"),
    json("lead pushed to the calls' address", seedLead(context)),
    json("call that says it is a test", seedCall(context, { is_test: "true" })),
  ];
}

/**
 * What a Connect with Request Method GET sends: the eighth writing. Apart from the others, because an HMAC over the
 * body does not cover a query, so that a provider with `hmac` keeps these as failed.
 */
export function convosoQuerySamples(options?: SampleOptions): SampleRequest[] {
  const context = sampleContext(options);
  return [
    byQuery("call by GET", ended(context, "SALE", callSeconds, 300_000)),
    byQuery("lead by GET", seedLead(context), "convoso-leads"),
  ];
}
