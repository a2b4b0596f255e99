import { readFileSync } from "node:fs";
import type { ValidateFunction } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import {
  agentJson,
  analyzedCall,
  callNamed,
  endedCall,
  ongoingCall,
  startMs,
  unconnectedCall,
  without,
} from "./fixtures/api-records.ts";
import { errorOf, retellWith, useNetwork } from "./fixtures/api-server.ts";
import type { SeenRequest } from "./fixtures/api.ts";

useNetwork();

interface Parameter {
  readonly in: string;
  readonly name: string;
  readonly schema: object;
}
interface Content {
  readonly content: { readonly "application/json": { readonly schema: object } };
}
interface Operation {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: Content;
  readonly responses: { readonly [status: string]: Content };
}

// Retell's own description of its API; the file says where it is from.
const description = closed(JSON.parse(readFileSync(new URL("./fixtures/openapi.json", import.meta.url), "utf8"))) as {
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
};

/**
 * What an object may have is what is documented, so that a misspelt name does not pass. Objects are put together from
 * parts, which stay open: it is where one is used that nothing more may be in it.
 */
function closed(node: unknown, isPart = false): unknown {
  if (Array.isArray(node)) return node.map((each) => closed(each, isPart));
  if (typeof node !== "object" || node === null) return node;
  const members = Object.entries(node).map(([name, value]): [string, unknown] => {
    if (name === "schemas") return [name, partsOf(value as object)]; // named schemas, as extracted
    return [name, closed(value, ["allOf", "oneOf", "not"].includes(name))];
  });
  const isClosed = !isPart && ["$ref", "allOf", "oneOf", "properties"].some((name) => name in node);
  return { ...Object.fromEntries(members), ...(isClosed ? { unevaluatedProperties: false } : {}) };
}

function partsOf(schemas: object): object {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, closed(schema, true)]));
}

// "nullable" is understood by ajv; unions are judged as they stand.
const ajv = new Ajv2020({ strict: false, allErrors: true });
ajv.addSchema(description, "retell");

const escaped = (text: string): string => text.replaceAll("~", "~0").replaceAll("/", "~1");
const validators = new Map<string, ValidateFunction>();

/** By the place in the description, so that what it refers to is found. */
function validatorAt(...place: readonly string[]): ValidateFunction {
  const pointer = `retell#/${place.map(escaped).join("/")}`;
  const known = validators.get(pointer) ?? ajv.compile({ $ref: encodeURI(pointer) });
  validators.set(pointer, known);
  return known;
}

function problemsOf(value: unknown, ...place: readonly string[]): readonly string[] {
  const validate = validatorAt(...place);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message ?? ""}`);
}

function operationOf({ method, path }: SeenRequest): readonly [place: readonly string[], operation: Operation] {
  for (const [template, methods] of Object.entries(description.paths)) {
    const pattern = new RegExp(`^${template.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
    const operation = methods[method.toLowerCase()];
    if (pattern.test(path) && operation !== undefined) return [["paths", template, method.toLowerCase()], operation];
  }
  throw new TypeError(`${method} ${path} is not described`);
}

/** What is not as described, of the request and of the answer. */
function judge(request: SeenRequest): readonly string[] {
  const [place, { parameters = [], requestBody, responses }] = operationOf(request);
  const problems: string[] = [];
  for (const [name, value] of request.query) {
    const index = parameters.findIndex((parameter) => parameter.in === "query" && parameter.name === name);
    if (index === -1) problems.push(`query "${name}" is not described`);
    else
      problems.push(
        ...problemsOf(/^\d+$/.test(value) ? Number(value) : value, ...place, "parameters", String(index), "schema"),
      );
  }
  const schema = ["content", "application/json", "schema"];
  if (request.body !== undefined) {
    if (requestBody === undefined) problems.push("a body is not described");
    else problems.push(...problemsOf(request.body, ...place, "requestBody", ...schema));
  }
  if (responses[String(request.status)] === undefined) problems.push(`status ${request.status} is not described`);
  else problems.push(...problemsOf(request.answer, ...place, "responses", String(request.status), ...schema));
  return problems;
}

const day = { from: "2026-11-20T00:00:00.000Z", to: "2026-11-21T00:00:00.000Z" };

describe("Retell's own description of its API", () => {
  test("A01: every request that the client makes is one, and so is every answer of the tests' Retell", async () => {
    const url = "https://app.example.com/api/webhooks/retell";
    const { client, seen, world } = retellWith(
      {
        calls: [
          analyzedCall,
          callNamed("call_2", { start_timestamp: startMs + 1, transfer_destination: null, agent_tag: "prod" }),
          without(
            callNamed("call_web", { call_type: "web_call", access_token: "token" }),
            "from_number",
            "to_number",
            "direction",
            "telephony_identifier",
          ),
          { ...ongoingCall, call_id: "call_ongoing", start_timestamp: startMs + 2 },
          unconnectedCall("call_unanswered"),
        ],
        agents: [
          agentJson("agent_1"),
          agentJson("agent_2", { webhook_url: url }),
          agentJson("agent_3", { is_published: true }),
          agentJson("agent_4", { webhook_events: ["transcript_updated"] }),
        ],
        mostPerPage: 2,
      },
      { agentIds: [String(analyzedCall["agent_id"])] },
    );
    const api = client.connect();
    await api.ping();
    for (let cursor: string | null | undefined; cursor !== null;) {
      const page = await api.listCalls({ ...day, cursor });
      cursor = page.nextCursor;
    }
    for (const { call_id: id } of [analyzedCall, endedCall, { call_id: "call_web" }, { call_id: "call_unanswered" }]) {
      expect(await api.getCall(String(id))).toBeDefined();
    }
    expect(await api.getCall("call_unknown")).toBeUndefined();
    for await (const agent of client.agents.list()) expect(agent.agent_id).toMatch(/^agent_\d$/);
    await client.webhooks.setup({ url, agentIds: world.agents.map(({ agent_id: id }) => String(id)) });
    await errorOf(client.webhooks.setup({ url, agentIds: ["agent_unknown"] }));

    const judged = seen.map(
      (request) => [`${request.method} ${request.path} ${request.status}`, judge(request)] as const,
    );
    expect(judged.filter(([, problems]) => problems.length > 0)).toEqual([]);
    const templates = new Set(seen.map((request) => operationOf(request)[0].slice(1).toReversed().join(" ")));
    expect([...templates].toSorted()).toEqual(
      Object.entries(description.paths)
        .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method} ${path}`))
        .toSorted(),
    );
  });

  test("A01: failures are described as well", async () => {
    const { client, seen } = retellWith({}, { apiKey: "another-key" });
    for (const request of [client.ping(), client.calls.page(day), client.calls.get("call_1"), client.agents.get("a")]) {
      expect((await errorOf(request)).status).toBe(401);
    }
    expect(seen.map(judge)).toEqual([[], [], [], []]);
  });

  test.each([
    ["a filter by a time that is not there", { filter_criteria: { start_timestamp: { type: "present", op: "np" } } }],
    ["a filter as it was before", { filter_criteria: { start_timestamp: { lower_threshold: 1 } } }],
    ["too many at once", { limit: 1001 }],
    ["a misspelt order", { sort_ordr: "ascending" }],
    ["a misspelt filter", { filter_criteria: { start_timestmp: { type: "range", op: "bt", value: [1, 2] } } }],
    [
      "a misspelt member of a filter",
      { filter_criteria: { call_id: { type: "string", op: "eq", value: "a", vale: "" } } },
    ],
    ["a misspelt member of an agent", { filter_criteria: { agent: [{ agent_id: "agent_1", versions: [1] }] } }],
    [
      "a status that is no filter",
      { filter_criteria: { call_status: { type: "enum", op: "in", value: ["registered"] } } },
    ],
  ])("A01: %s would not pass", (_title, sent) => {
    const request = { method: "POST", path: "/v3/list-calls", query: [], authorization: null, body: sent };
    expect(judge({ ...request, status: 200, answer: { items: [], has_more: false } })).not.toEqual([]);
  });

  test.each([
    ["a misspelt time", { ...analyzedCall, end_timestmp: 1 }],
    ["a misspelt summary", { ...analyzedCall, call_analysis: { call_sumary: "" } }],
    ["a call without its status", { ...analyzedCall, call_status: undefined }],
    ["a reason that nobody knows", { ...analyzedCall, disconnection_reason: "bored" }],
    ["seconds with a fraction", { ...analyzedCall, duration_ms: 61.5 }],
  ])("A01: %s would not pass", (_title, answer) => {
    const request = { method: "GET", path: "/v2/get-call/call_1", query: [], authorization: null, body: undefined };
    expect(judge({ ...request, status: 200, answer: JSON.parse(JSON.stringify(answer)) })).not.toEqual([]);
  });

  test.each([
    ["a misspelt address", { webhook_ul: "https://app.example.com" }],
    ["a misspelt time limit", { webhook_timeout: 10_000 }],
    ["a misspelt list of events", { webhook_event: ["call_ended"] }],
  ])("A01: %s of an agent would not pass", (_title, sent) => {
    const request = { method: "PATCH", path: "/update-agent/agent_1", query: [], authorization: null, body: sent };
    expect(judge({ ...request, status: 200, answer: agentJson("agent_1") })).toEqual([
      expect.stringContaining("must NOT have unevaluated properties"),
    ]);
    const well = { ...request, body: { webhook_url: "https://app.example.com" } };
    expect(judge({ ...well, status: 200, answer: agentJson("agent_1") })).toEqual([]);
    expect(judge({ ...well, status: 200, answer: agentJson("agent_1", sent) })).not.toEqual([]);
  });
});
