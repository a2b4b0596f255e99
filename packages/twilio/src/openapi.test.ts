import { readFileSync } from "node:fs";
import { Ajv, type AnySchemaObject } from "ajv";
import { setupServer } from "msw/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readAccount, readApplication, readCall, readPhoneNumber, readRecording } from "./api-records.ts";
import { createTwilioClient } from "./create-client.ts";
import { apiKeySecret, apiKeySid, authToken, madeUpTwilio, type SeenRequest } from "./fixtures/api.ts";
import {
  accountSid,
  applicationJson,
  applicationSid,
  callJson,
  callSid,
  encryptionJson,
  numberJson,
  recordingJson,
  recordingSid,
} from "./fixtures/api-records.ts";

/** As much of a description as the extract in `fixtures/openapi.json` holds; see its header for where it is from. */
interface Description {
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
  readonly components: { readonly schemas: { readonly [name: string]: AnySchemaObject } };
}

interface Operation {
  readonly operationId: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: "path" | "query";
    readonly required?: boolean;
    readonly schema: AnySchemaObject;
  }[];
  readonly requestBody?: Content;
  readonly responses: { readonly [status: string]: Content };
}

interface Content {
  readonly content: { readonly [mediaType: string]: { readonly schema: AnySchemaObject } };
}

const text = readFileSync(new URL("fixtures/openapi.json", import.meta.url), "utf8");
const { paths, components } = asJsonSchema(JSON.parse(text)) as Description; // ours, made by extraction

/**
 * OpenAPI 3.0 writes "or null" in a way of its own. What an object may have is what is documented: a member that we made
 * up shall not pass for one of Twilio's.
 */
function asJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(asJsonSchema);
  if (typeof node !== "object" || node === null) return node;
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(node).map(([name, value]) => [name, asJsonSchema(value)]),
  );
  const closed = rest["type"] === "object" && "properties" in rest ? { additionalProperties: false } : {};
  if (nullable !== true || rest["type"] === undefined) return { ...rest, ...closed };
  const { enum: values } = rest;
  return {
    ...rest,
    ...closed,
    type: [rest["type"], "null"],
    ...(Array.isArray(values) ? { enum: [...(values as unknown[]), null] } : {}),
  };
}

const rfc2822 = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d (?:[A-Z][a-z]{2}) \d{4} \d\d:\d\d:\d\d \+0000$/;
const formats = {
  "date-time-rfc-2822": rfc2822,
  "http-method": /^(?:GET|POST)$/,
  currency: /^[A-Z]{3}$/,
  // Of the filters by time, whose own text and examples ask for a day.
  "date-time": /^\d{4}-\d\d-\d\d$/,
  "phone-number": /^\+\d+$/,
  // Pages give addresses without a host.
  uri: /^(?:$|\/|https?:)/,
  "uri-map": true as const,
  int64: true as const,
  "phone-number-capabilities": true as const,
};
// Queries and forms are text.
const ofText = new Ajv({ strict: false, allErrors: true, coerceTypes: true, formats });
const ofJson = new Ajv({ strict: false, allErrors: true, formats });

/** What is wrong, as texts; nothing where it is as documented. */
function faultsOf(ajv: Ajv, schema: AnySchemaObject, value: unknown): string[] {
  const validate = ajv.compile({ ...schema, components });
  // Coercing writes into the value.
  return validate(structuredClone(value))
    ? []
    : (validate.errors ?? []).map(({ instancePath, message, params }) =>
        [instancePath, message, JSON.stringify(params)].join(" "),
      );
}

interface Found {
  readonly operation: Operation;
  readonly parts: { readonly [name: string]: string };
}

function operationOf({ method, path }: Pick<SeenRequest, "method" | "path">): Found | undefined {
  for (const [template, operations] of Object.entries(paths)) {
    const operation = operations[method.toLowerCase()];
    const pattern = template.replaceAll(".", "\\.").replaceAll(/\{(\w+)\}/g, "(?<$1>[^/.]+)");
    const match = new RegExp(`^${pattern}$`).exec(path);
    if (operation !== undefined && match !== null) return { operation, parts: { ...match.groups } };
  }
  return undefined;
}

function objectOf(operation: Operation, place: "path" | "query"): AnySchemaObject {
  const parameters = operation.parameters.filter((parameter) => parameter.in === place);
  return {
    type: "object",
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, schema])),
    required: parameters.filter(({ required }) => required === true).map(({ name }) => name),
    additionalProperties: false,
  };
}

const schemaOf = (content: Content | undefined, mediaType: string): AnySchemaObject =>
  content?.content[mediaType]?.schema ?? { type: "object", additionalProperties: false };

function faultsOfRequest(seen: SeenRequest): string[] {
  const found = operationOf(seen);
  if (found === undefined) return [`no operation for ${seen.method} ${seen.path}`];
  const { operation, parts } = found;
  return [
    ...faultsOf(ofText, objectOf(operation, "path"), parts),
    ...faultsOf(ofText, objectOf(operation, "query"), Object.fromEntries(seen.query)),
    ...faultsOf(ofText, schemaOf(operation.requestBody, "application/x-www-form-urlencoded"), seen.form),
  ];
}

const faultsOfAnswer = (seen: SeenRequest): string[] =>
  faultsOf(ofJson, schemaOf(operationOf(seen)?.operation.responses["200"], "application/json"), seen.answer);

/** Everything that a client can ask, with more than one page of each list. */
async function askEverything(): Promise<readonly SeenRequest[]> {
  const { handlers, seen } = madeUpTwilio({
    calls: [
      callJson("1"),
      callJson("2", { parent_call_sid: callSid("1"), direction: "outbound-dial", answered_by: "human" }),
      callJson("3", { status: "busy", start_time: null, end_time: null, duration: null, price: null }),
    ],
    recordings: [
      recordingJson("1", "1"),
      recordingJson("2", "1", { encryption_details: encryptionJson }),
      recordingJson("3", "1", { status: "absent", error_code: 16101 }),
    ],
    numbers: [numberJson("1"), numberJson("2", { voice_application_sid: applicationSid("1") })],
    applications: [applicationJson("1")],
    mostPerPage: 1,
  });
  server.use(...handlers);
  const client = createTwilioClient({ accountSid, authToken });
  const api = client.connect();
  let cursor: string | undefined;
  do {
    const range = { from: "2026-11-20T00:00:00.000Z", to: "2026-11-21T00:00:00.000Z" };
    cursor = (await api.listCalls({ ...range, cursor })).nextCursor ?? undefined;
  } while (cursor !== undefined);
  await client.ping();
  await createTwilioClient({ accountSid, apiKeySid, apiKeySecret }).ping();
  await api.getCall(callSid("1"));
  await client.recordings.get(recordingSid("1"));
  await api.setupWebhook!({ publicUrl: "https://app.example.com" });
  return seen;
}

const server = setupServer();
let seen: readonly SeenRequest[] = [];
beforeAll(async () => {
  server.listen({ onUnhandledFrame: "error" });
  seen = await askEverything();
});
afterAll(() => server.close());

describe("Twilio's own description of its API", () => {
  test("says where it is from", () => {
    expect(JSON.parse(text)).toMatchObject({
      "x-source": {
        repository: "https://github.com/twilio/twilio-oai",
        commit: expect.stringMatching(/^[0-9a-f]{40}$/),
      },
    });
  });

  test("has every operation that the client uses, and the client uses all that were extracted", () => {
    const used = seen.map((each) => operationOf(each)?.operation.operationId);
    const extracted = Object.values(paths).flatMap((methods) => Object.values(methods));
    expect(new Set(used)).toEqual(new Set(extracted.map(({ operationId }) => operationId)));
  });

  test("takes every request that the client makes", () => {
    expect(seen.flatMap(faultsOfRequest)).toEqual([]);
    expect(seen.length).toBeGreaterThan(15);
  });

  test("gives every answer that our made-up Twilio gives", () => {
    expect(seen.flatMap(faultsOfAnswer)).toEqual([]);
  });

  test.each([
    ["a parameter of another name", { query: [["StartTimeAfter", "2026-11-20"]] }],
    ["a time instead of a day", { query: [["StartTime>", "2026-11-20T00:00:00Z"]] }],
    ["a page that is too large", { query: [["PageSize", "1001"]] }],
    ["another address", { path: "/2010-04-01/Accounts/AC1/Calls" }],
    ["another account", { path: "/2010-04-01/Accounts/AC1/Calls.json" }],
    ["a body", { form: { To: "+14155550100" } }],
  ] as const)("would not take %s", (_name, change) => {
    const list = seen.find(({ path }) => path.endsWith("/Calls.json"))!;
    expect(faultsOfRequest(list)).toEqual([]);
    expect(faultsOfRequest({ ...list, ...change })).not.toEqual([]);
  });

  test.each([
    ["a member of another name", { durationSeconds: 61 }],
    ["a number for a text", { duration: 61 }],
    ["a time in another form", { start_time: "2026-11-20T10:00:00Z" }],
    ["a state of our own", { status: "initiated" }],
  ])("would not give %s", (_name, change) => {
    const call = seen.find(({ path }) => path.endsWith(`/Calls/${callSid("1")}.json`))!;
    expect(faultsOfAnswer(call)).toEqual([]);
    expect(faultsOfAnswer({ ...call, answer: { ...(call.answer as object), ...change } })).not.toEqual([]);
  });

  test.each([
    ["api.v2010.account.call", readCall, "answered_by"],
    ["api.v2010.account.recording", readRecording, "media_url"],
    ["api.v2010.account.incoming_phone_number", readPhoneNumber, "status_callback"],
    ["api.v2010.account.application", readApplication, "status_callback"],
    ["api.v2010.account", readAccount, "friendly_name"],
  ] as const)("%s has every member that we read", (name, read, member) => {
    const asked = new Set<string>();
    const record = new Proxy<{ [member: string]: unknown }>(
      { sid: "XX1" },
      {
        get(target, key) {
          if (typeof key === "string") asked.add(key);
          return target[String(key)];
        },
      },
    );
    expect(read(record)).toMatchObject({ sid: "XX1" });
    expect([...asked]).toContain(member);
    const documented = Object.keys(components.schemas[name]?.["properties"] as object); // of every record's schema
    expect(documented).toEqual(expect.arrayContaining([...asked]));
  });

  // Why the recordings of a call are asked of the list of all recordings: https://www.twilio.com/docs/voice/api/recording
  test("leaves nothing of a recording out", () => {
    const list = paths["/2010-04-01/Accounts/{AccountSid}/Recordings.json"]?.["get"];
    expect(list?.parameters.map(({ name }) => name)).toContain("CallSid");
    expect(components.schemas["api.v2010.account.recording"]?.["properties"]).toHaveProperty("media_url");
  });
});
