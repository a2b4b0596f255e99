import { sampleContext } from "../sample.ts";
import { agentId, agentName, callId, callMs, recordingHost } from "../samples/retell-payloads.ts";
import { audioAnswer, wav } from "./audio.ts";
import type { FakeVendor, FakeWebhook } from "./fake-vendor.ts";
import { membersOf, pageSizeOf, readJson, type Members } from "./request-body.ts";
import { agentRecord, callRecord, listedAgent, listedCall } from "./retell-records.ts";
import { SortedCalls, type Span } from "./sorted-calls.ts";

export interface FakeRetellOptions {
  /** Default `fake-retell-key`. */
  readonly apiKey?: string;
  /** The most that stands on a page. Default 1000, as at Retell. */
  readonly pageSize?: number;
}

/** Calls of one agent, and their recordings. */
export interface FakeRetell extends FakeVendor {
  /** For `createRetellClient`. */
  readonly clientOptions: { readonly apiKey: string; readonly recordingHosts: readonly string[] };
  readonly webhooks: readonly FakeWebhook[];
}

/** A stand-in for Retell's API. */
export function fakeRetell(options: FakeRetellOptions = {}): FakeRetell {
  const { apiKey = "fake-retell-key", pageSize } = options;
  const calls = new SortedCalls();
  let agent = agentRecord;
  let requests = 0;

  async function answerTo(request: Request, { pathname }: URL): Promise<Members | Response | undefined> {
    const { method, headers } = request;
    if (headers.get("authorization") !== `Bearer ${apiKey}`) return failure(401, "API key is missing or invalid.");
    const [, id = ""] = /^\/(?:v2\/get-call|get-agent|update-agent)\/([^/]+)$/.exec(pathname) ?? [];
    switch (`${method} ${id === "" ? pathname : pathname.slice(0, -id.length)}`) {
      case "GET /get-api-key-info":
        return { org_name: "Acme Plumbing", api_key_name: "test" };
      case "POST /v3/list-calls":
        return listCalls(await readJson(request));
      case "GET /v2/get-call/": {
        const call = calls.get(decodeURIComponent(id));
        return call === undefined ? notFound() : callRecord(call.context);
      }
      case "POST /v2/list-agents":
        return { items: [listedAgent], has_more: false };
      case "GET /get-agent/":
        return id === agentId ? agent : notFound();
      case "PATCH /update-agent/":
        if (id !== agentId) return notFound();
        agent = { ...agent, ...(await readJson(request)) };
        return agent;
      default:
        return undefined;
    }
  }

  function listCalls(body: Members): Members | Response {
    const { limit, sort_order: order, pagination_key: key } = body;
    const filter = membersOf(body["filter_criteria"]);
    if (!isWanted(filter)) return { items: [], has_more: false };
    const page = calls.page({
      ...spanOf(filter),
      size: pageSizeOf(limit, 50, 1000, pageSize),
      isDescending: order !== "ascending",
      cursor: typeof key === "string" ? readKey(key) : undefined,
    });
    if (page === undefined) return failure(400, "Invalid pagination_key");
    const { cursor } = page;
    return {
      items: page.calls.map(({ context }) => listedCall(context)),
      has_more: cursor !== null,
      ...(cursor === null ? {} : { pagination_key: btoa(cursor) }),
    };
  }

  return {
    provider: "retell",
    hosts: ["api.retellai.com", recordingHost],
    clientOptions: { apiKey, recordingHosts: [recordingHost] },
    add(life) {
      const context = sampleContext(life);
      return calls.add({ id: callId(context), at: context.startMs, context });
    },
    remove: (id) => calls.remove(id),
    get requests() {
      return requests;
    },
    get webhooks() {
      const { webhook_url: url } = agent;
      return typeof url === "string" && url !== "" ? [{ name: agentName, url }] : [];
    },
    async answer(request) {
      requests += 1;
      const url = new URL(request.url);
      if (url.host === recordingHost) {
        const [, id = "", channels] = /^\/(\w+)\/recording(_multichannel)?\.wav$/.exec(url.pathname) ?? [];
        // What is not there looks like what nobody may see, as behind a distribution.
        if (calls.get(id) === undefined) return new Response("AccessDenied", { status: 403 });
        return audioAnswer(request, wav({ channels: channels === undefined ? 1 : 2 }));
      }
      const answer = await answerTo(request, url);
      if (answer instanceof Response) return answer;
      return answer === undefined ? failure(404, "The requested resource was not found.") : Response.json(answer);
    },
  };
}

const failure = (status: number, message: string): Response => Response.json({ status: "error", message }, { status });

/** Not a 404. https://docs.retellai.com/api-references/get-call */
const notFound = (): Response => failure(422, "Cannot find requested asset under given api key.");

/** All calls are of one agent and have ended, so that these filters take all or none. */
function isWanted({ call_status: status, agent }: Members): boolean {
  const wanted = membersOf(status)["value"];
  return (
    (!Array.isArray(wanted) || wanted.includes("ended")) &&
    (!Array.isArray(agent) || agent.some((each) => membersOf(each)["agent_id"] === agentId))
  );
}

/** By start or by end. Whether "between" includes its ends is not documented: here it does not, which is harder. */
function spanOf({ start_timestamp: start, end_timestamp: end }: Members): Span {
  const starts = betweenOf(start);
  const ends = betweenOf(end);
  return { from: Math.max(starts.from, ends.from - callMs), to: Math.min(starts.to, ends.to - callMs) };
}

function betweenOf(filter: unknown): Span {
  const { value } = membersOf(filter);
  const [from = -Infinity, to = Infinity] = Array.isArray(value) ? value.map(Number) : [];
  return { from: from + 1, to };
}

/** What is no key of ours is none. */
function readKey(key: string): string {
  try {
    return atob(key);
  } catch {
    return "";
  }
}
