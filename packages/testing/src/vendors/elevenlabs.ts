import { sampleContext } from "../sample.ts";
import { agentId, callSeconds, conversationId, seconds } from "../samples/elevenlabs-payloads.ts";
import { audioAnswer, mp3 } from "./audio.ts";
import { agentRecord, conversationRecord, summaryRecord } from "./elevenlabs-records.ts";
import { ElevenLabsWorkspace } from "./elevenlabs-workspace.ts";
import type { FakeVendor, FakeWebhook } from "./fake-vendor.ts";
import { pageSizeOf, readJson, type Members } from "./request-body.ts";
import { SortedCalls } from "./sorted-calls.ts";

export interface FakeElevenLabsOptions {
  /** Default `fake-elevenlabs-key`. */
  readonly apiKey?: string;
  /** What webhooks are signed with, as their setup tells it. Default `wsec_fake`. */
  readonly webhookSecret?: string;
  /** The most that stands on a page. Default 100, as at ElevenLabs. */
  readonly pageSize?: number;
}

/** Conversations of one agent, their audio, and the workspace's webhooks. */
export interface FakeElevenLabs extends FakeVendor {
  /** For `createElevenLabsClient`. */
  readonly clientOptions: { readonly apiKey: string };
  readonly webhooks: readonly FakeWebhook[];
}

/** A stand-in for the API of ElevenLabs Agents. */
export function fakeElevenLabs(options: FakeElevenLabsOptions = {}): FakeElevenLabs {
  const { apiKey = "fake-elevenlabs-key", webhookSecret = "wsec_fake", pageSize } = options;
  // By the second in which they begin.
  const calls = new SortedCalls();
  const workspace = new ElevenLabsWorkspace(webhookSecret);
  let requests = 0;

  async function answerTo(request: Request, { pathname, searchParams }: URL): Promise<Members | Response | undefined> {
    const { method, headers } = request;
    if (headers.get("xi-api-key") !== apiKey) return failure(401, "invalid_api_key", "Invalid API key");
    const [, path = "", id = "", audio] =
      /^\/v1\/(convai\/(?:conversations|agents|settings)|workspace\/webhooks)(?:\/([^/]+)(\/audio)?)?$/.exec(
        pathname,
      ) ?? [];
    switch (`${method} ${path}${id === "" ? "" : "/{id}"}${audio ?? ""}`) {
      case "GET convai/conversations":
        return listConversations(searchParams);
      case "GET convai/conversations/{id}":
        return conversationOf(id);
      case "GET convai/conversations/{id}/audio":
        return calls.get(id) && audioAnswer(request, mp3({ seconds: callSeconds }));
      case "GET convai/agents":
        return { agents: [agentRecord], next_cursor: null, has_more: false };
      case "GET convai/settings":
        return workspace.settings;
      case "PATCH convai/settings":
        return workspace.change(await readJson(request));
      case "GET workspace/webhooks":
        return workspace.list();
      case "POST workspace/webhooks":
        return workspace.create(await readJson(request));
      case "PATCH workspace/webhooks/{id}":
        return workspace.update(id, await readJson(request));
      case "DELETE workspace/webhooks/{id}":
        return workspace.remove(id);
      default:
        return undefined;
    }
  }

  const conversationOf = (id: string): Members | undefined => {
    const call = calls.get(id);
    return call && conversationRecord(call.context);
  };

  function listConversations(query: URLSearchParams): Members | Response {
    const asked = query.get("page_size");
    if (asked !== null && !(Number(asked) >= 1 && Number(asked) <= 100)) return invalid("page_size");
    const agent = query.get("agent_id");
    if (agent !== null && agent !== agentId) return { conversations: [], next_cursor: null, has_more: false };
    const cursor = query.get("cursor");
    const page = calls.page({
      // The harder reading of both ends, because neither is documented.
      from: Number(query.get("call_start_after_unix") ?? -Infinity) + 1,
      to: Number(query.get("call_start_before_unix") ?? Infinity),
      size: pageSizeOf(asked, 30, pageSize),
      isDescending: query.get("sort_direction") !== "asc",
      cursor: cursor === null ? undefined : readCursor(cursor),
    });
    if (page === undefined) return invalid("cursor");
    const withSummary = query.get("summary_mode") === "include";
    return {
      conversations: page.calls.map(({ context }) => summaryRecord(context, withSummary)),
      next_cursor: page.cursor === null ? null : btoa(page.cursor),
      has_more: page.cursor !== null,
    };
  }

  return {
    provider: "elevenlabs",
    hosts: ["api.elevenlabs.io"],
    clientOptions: { apiKey },
    add(life) {
      const context = sampleContext(life);
      return calls.add({ id: conversationId(context), at: seconds(context), context });
    },
    remove: (id) => calls.remove(id),
    get requests() {
      return requests;
    },
    get webhooks() {
      return workspace.webhooks;
    },
    async answer(request) {
      requests += 1;
      const answer = await answerTo(request, new URL(request.url));
      if (answer instanceof Response) return answer;
      if (answer === undefined) return failure(404, "not_found", "Not found");
      return Response.json(answer, { headers: { "x-request-id": `req_${requests}` } });
    },
  };
}

/** https://elevenlabs.io/docs/eleven-api/resources/errors */
const failure = (status: number, code: string, message: string): Response =>
  Response.json(
    { detail: { type: "error", code, message, status: code, request_id: "req_fake", param: null } },
    { status },
  );

const invalid = (parameter: string): Response =>
  Response.json(
    { detail: [{ loc: ["query", parameter], msg: "Invalid value", type: "value_error" }] },
    { status: 422 },
  );

/** What is no cursor of ours is none. */
function readCursor(cursor: string): string {
  try {
    return atob(cursor);
  } catch {
    return "";
  }
}
