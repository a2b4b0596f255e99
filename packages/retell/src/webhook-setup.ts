import type { ApiClient } from "@offhook/core/client";
import type { ApiContext, WebhookTarget } from "@offhook/core";
import type { RetellAgent } from "./api-records.ts";

export interface RetellWebhookSetup {
  /** The whole address: `https://app.example.com/api/webhooks/retell`. */
  readonly url: string;
  /** Only these agents. Default: those of the client, or all voice agents. */
  readonly agentIds?: readonly string[];
  /** Also agents whose webhooks go elsewhere today. Default false. */
  readonly replace?: boolean;
}

/**
 * Gives agents an address of their own, which from then on replaces the account's for them. The account's own address
 * can be set in Retell's dashboard only. https://docs.retellai.com/features/register-webhook
 */
export async function setupWebhooks(
  { api, agents }: { api: ApiClient; agents: AsyncIterable<RetellAgent> },
  { url, replace = false }: Pick<RetellWebhookSetup, "url" | "replace">,
  context: ApiContext | undefined,
): Promise<readonly WebhookTarget[]> {
  const targets: WebhookTarget[] = [];
  for await (const agent of agents) {
    const name = agent.agent_name ?? agent.agent_id;
    const present = agent.webhook_url ?? "";
    const version = agent.version ?? 0;
    if (present === url) {
      targets.push({ name, state: "unchanged", url });
    } else if (present !== "" && !replace) {
      targets.push({ name, state: "kept", url: present });
    } else if (agent.is_published === true) {
      // Answered with 422: "Cannot update published agent". A new version of it would change what calls use.
      targets.push({ name: `${name}, published version ${version}`, state: "kept", url: present });
    } else {
      await api.request(
        {
          what: "set webhook of an agent",
          method: "PATCH",
          path: `/update-agent/${encodeURIComponent(agent.agent_id)}`,
          json: { webhook_url: url },
          // Twice is once.
          repeatable: true,
        },
        context,
      );
      // Only the draft has it then, and the version before may be what calls use.
      targets.push({ name: version === 0 ? name : `${name}, draft version ${version}`, state: "set", url });
    }
  }
  return targets;
}
