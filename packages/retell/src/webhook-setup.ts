import { restated, type ApiClient } from "@offhook/core/client";
import { ApiError, type ApiContext, type WebhookSetupResult, type WebhookTarget } from "@offhook/core";
import type { RetellAgent } from "./api-records.ts";

export interface RetellWebhookSetup {
  /** The whole address: `https://app.example.com/api/webhooks/retell`. */
  readonly url: string;
  /** Only these agents. Default: those of the client, or all voice agents. */
  readonly agentIds?: readonly string[];
  /** Also agents whose own address is another one today. Default false. */
  readonly replace?: boolean;
}

interface Account {
  readonly api: ApiClient;
  readonly agentIds: AsyncIterable<string> | Iterable<string>;
  readonly getAgent: (id: string) => Promise<RetellAgent>;
}

/**
 * Gives agents an address of their own. From then on Retell sends their events there, and no longer to the account's
 * address, if one is set: whoever listens there hears of these agents no more. That address can be neither read nor set by
 * the API, only in Retell's dashboard, so nothing here says whether there is one.
 * https://docs.retellai.com/features/register-webhook
 *
 * To the events that such an agent is limited to, those that tell of a call's start, end and analysis are added.
 *
 * What is refused for one agent is `kept` with the code of its reason, and stops no other.
 *
 * @throws ApiError that would meet every agent as well, with how many were set before it, or the first of the refusals
 * where there is nothing else. Either way it may be repeated.
 */
export async function setupWebhooks(
  { api, agentIds, getAgent }: Account,
  setup: RetellWebhookSetup,
  context: ApiContext | undefined,
): Promise<WebhookSetupResult> {
  const targets: WebhookTarget[] = [];
  const refusals: ApiError[] = [];
  try {
    for await (const id of agentIds) {
      let name = id;
      let present = "";
      try {
        const agent = await getAgent(id);
        present = agent.webhook_url ?? "";
        const target = targetOf(agent, present, setup);
        ({ name } = target);
        if (target.state === "set") await update(api, id, changesOf(agent, setup.url), context);
        targets.push(target);
      } catch (error) {
        if (!(error instanceof ApiError && ofOneAgent.has(error.code))) throw error;
        refusals.push(error);
        targets.push({ name: `${name}, not set: ${error.code}`, state: "kept", url: present });
      }
    }
  } catch (error) {
    const set = targets.filter(({ state }) => state === "set").length;
    if (set === 0 || !(error instanceof ApiError)) throw error;
    throw restated(error, { message: `${error.message}; agents set before it: ${set}` });
  }
  const [refusal] = refusals;
  if (refusal !== undefined && refusals.length === targets.length) throw refusal;
  return { targets };
}

const ofOneAgent: ReadonlySet<string> = new Set(["api_rejected", "api_not_found", "api_malformed"]);

// What an agent sends that has no list of its own. https://docs.retellai.com/features/webhook-overview
const wantedEvents = ["call_started", "call_ended", "call_analyzed"];

/** What an agent is kept from sending. */
const missingEvents = ({ webhook_events: events }: RetellAgent): readonly string[] =>
  events == null ? [] : wantedEvents.filter((event) => !events.includes(event));

/** What becomes of an agent, if Retell does as it is told. */
function targetOf(agent: RetellAgent, present: string, { url, replace = false }: RetellWebhookSetup): WebhookTarget {
  const name = agent.agent_name ?? agent.agent_id;
  const version = agent.version ?? 0;
  const isPublished = agent.is_published === true;
  const missing = missingEvents(agent);
  // What a draft has counts from its publication on: the version before may be what calls use.
  const drafted = version === 0 || isPublished ? name : `${name}, draft version ${version}`;
  if (present === url && missing.length === 0) return { name: drafted, state: "unchanged", url };
  if (present !== url && present !== "" && !replace) return { name, state: "kept", url: present };
  if (isPublished) {
    // Answered with 422: "Cannot update published agent". A new version of it would change what calls use.
    const lack = present === url ? `, without ${missing.join(", ")}` : "";
    return { name: `${name}, published version ${version}${lack}`, state: "kept", url: present };
  }
  return { name: drafted, state: "set", url };
}

/** https://docs.retellai.com/api-references/update-agent */
function changesOf(agent: RetellAgent, url: string): object {
  const { webhook_url: present, webhook_events: events } = agent;
  const missing = missingEvents(agent);
  return {
    ...(present === url ? {} : { webhook_url: url }),
    ...(missing.length === 0 ? {} : { webhook_events: [...(events ?? []), ...missing] }),
  };
}

async function update(api: ApiClient, id: string, json: object, context: ApiContext | undefined): Promise<void> {
  await api.request(
    {
      what: "set webhook of an agent",
      method: "PATCH",
      path: `/update-agent/${encodeURIComponent(id)}`,
      json,
      // Twice is once.
      repeatable: true,
    },
    context,
  );
}
