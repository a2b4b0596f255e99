import { sampleContext } from "../sample.ts";
import { callId, companyId, recordingKey, recordingSeconds, type Fields } from "../samples/callrail-payloads.ts";
import { mp3 } from "./audio.ts";
import { datesOf } from "./callrail-dates.ts";
import { CallRailIntegrations } from "./callrail-integrations.ts";
import { accountRecord, callRecord, defaultAccountId, tagsOf, unknownField } from "./callrail-records.ts";
import type { FakeVendor, FakeWebhook } from "./fake-vendor.ts";
import { pageSizeOf, readJson, type Members } from "./request-body.ts";
import { signedStorage } from "./signed-storage.ts";
import { SortedCalls, type HeldCall } from "./sorted-calls.ts";

export interface FakeCallRailOptions {
  /** Default `fake-callrail-key`. */
  readonly apiKey?: string;
  /** `ACC…` */
  readonly accountId?: string;
  /** What webhooks are signed with, as their setup tells it. Default `fake-callrail-signing-key`. */
  readonly signingKey?: string;
  /** The most that stands on a page. Default 250, as at CallRail. */
  readonly pageSize?: number;
  /** Milliseconds since 1970; default the platform's clock. CallRail knows nothing that is older than 25 months. */
  readonly now?: () => number;
}

/** Calls of one company, their recordings, and its webhooks. */
export interface FakeCallRail extends FakeVendor {
  /** For `createCallRailClient`. */
  readonly clientOptions: { readonly apiKey: string; readonly accountId: string; readonly companyId: string };
  readonly webhooks: readonly FakeWebhook[];
}

const appHost = "app.callrail.com";
// Where the application's address leads on to is not documented.
const storageHost = "fake-callrail-recordings.s3.amazonaws.com";

/** A stand-in for CallRail's API v3. */
export function fakeCallRail(options: FakeCallRailOptions = {}): FakeCallRail {
  const { apiKey = "fake-callrail-key", accountId = defaultAccountId, pageSize, now = Date.now } = options;
  const calls = new SortedCalls();
  const changes = new Map<string, Fields>();
  const integrations = new CallRailIntegrations(options.signingKey ?? "fake-callrail-signing-key");
  const storage = signedStorage(storageHost, (name) =>
    calls.get(name.replace(/\.mp3$/, "")) === undefined ? undefined : mp3({ seconds: recordingSeconds }),
  );
  let requests = 0;

  const recordOf = ({ id, context }: HeldCall, fields: string): Fields =>
    callRecord(accountId, context, fields, changes.get(id));

  async function answerTo(request: Request, { pathname, searchParams: query, href }: URL) {
    if (!isAuthorized(request)) return failure(401, "HTTP Token: Access denied.");
    const account = `/v3/a/${accountId}`;
    if (pathname === `${account}.json`) return accountRecord(accountId);
    if (!pathname.startsWith(`${account}/`)) return undefined;
    // The links of pages have no `.json`.
    const [list, id, more] = pathname
      .slice(account.length + 1)
      .replace(/\.json$/, "")
      .split("/");
    if (list === "integrations") return integrationsAnswer(request, query, id);
    if (list !== "calls") return undefined;
    if (id === undefined) return listCalls(query, href);
    const call = calls.get(id);
    if (call === undefined) return undefined;
    if (more === "recording") return { url: recordingAddress(id) };
    if (more !== undefined) return undefined;
    if (request.method === "PUT") return updateCall(call, await readJson(request));
    const fields = query.get("fields") ?? "";
    const unknown = unknownField(fields, true);
    return unknown === undefined ? recordOf(call, fields) : failure(400, `Invalid field: ${unknown}`);
  }

  function isAuthorized({ headers }: Request): boolean {
    const authorization = headers.get("authorization");
    return authorization === `Token token="${apiKey}"` || authorization === `Token token=${apiKey}`;
  }

  function listCalls(query: URLSearchParams, href: string): Members | Response {
    const fields = query.get("fields") ?? "";
    const unknown = unknownField(fields, false);
    if (unknown !== undefined) return failure(400, `Invalid field: ${unknown}`);
    const dates = datesOf(query, now());
    if (dates === undefined) return failure(400, "Please revise your date range.");
    const company = query.get("company_id");
    const total = company === null || company === companyId ? calls.count(dates) : 0;
    const size = pageSizeOf(query.get("per_page"), 100, 250, pageSize);
    const isLinked = query.get("relative_pagination") === "true";
    const index = isLinked ? Number(query.get("offset") ?? "0") : Number(query.get("page") ?? "1") - 1;
    const isDescending = query.get("order") !== "asc";
    const found = total === 0 ? [] : calls.slice(dates, { offset: index * size, size, isDescending });
    const records = found.map((call) => recordOf(call, fields));
    if (!isLinked) {
      const pages = Math.ceil(total / size);
      return { page: index + 1, per_page: size, total_pages: pages, total_records: total, calls: records };
    }
    const hasNext = (index + 1) * size < total;
    const next = new URL(href.replace("/calls.json?", "/calls?"));
    next.searchParams.set("offset", String(index + 1));
    return { next_page: hasNext ? next.href : null, has_next_page: hasNext, calls: records };
  }

  /** https://apidocs.callrail.com/#updating-a-call */
  function updateCall(call: HeldCall, body: Members): Members {
    const { append_tags: appends, spam, tags, ...said } = body;
    const { tags: present } = recordOf(call, "tags");
    const kept = appends === true && Array.isArray(present) ? present : [];
    const given = tags === undefined ? {} : { tags: tagsOf([...kept, ...(Array.isArray(tags) ? tags : [])]) };
    changes.set(call.id, { ...changes.get(call.id), ...said, ...given });
    const record = recordOf(call, "");
    if (spam === true) calls.remove(call.id);
    return record;
  }

  async function integrationsAnswer(request: Request, query: URLSearchParams, id: string | undefined) {
    if (id === undefined && request.method === "POST") {
      const created = integrations.create(await readJson(request));
      if (created === undefined) return failure(400, "Integration already exists for this company");
      return Response.json(created, { status: 201 });
    }
    if (id === undefined) {
      return query.has("company_id") ? integrations.list(query) : failure(400, "company_id is required");
    }
    return request.method === "PUT"
      ? integrations.update(Number(id), await readJson(request))
      : integrations.get(Number(id), query);
  }

  function appAnswer({ pathname, searchParams }: URL): Response {
    const [, id] = /^\/calls\/(\w+)\/recording\/redirect$/.exec(pathname) ?? [];
    const isKnown = id !== undefined && calls.get(id) !== undefined && searchParams.get("access_key") === recordingKey;
    return isKnown ? storage.redirectTo(`${id}.mp3`) : new Response("Not found", { status: 404 });
  }

  return {
    provider: "callrail",
    hosts: ["api.callrail.com", appHost, storageHost],
    clientOptions: { apiKey, accountId, companyId },
    add(life) {
      const context = sampleContext(life);
      changes.delete(callId(context));
      return calls.add({ id: callId(context), at: context.startMs, context });
    },
    remove: (id) => calls.remove(id),
    get requests() {
      return requests;
    },
    get webhooks() {
      return integrations.webhooks;
    },
    async answer(request) {
      requests += 1;
      const url = new URL(request.url);
      if (url.host === storageHost) return storage.answer(request);
      if (url.host === appHost) return appAnswer(url);
      const answer = await answerTo(request, url);
      if (answer instanceof Response) return answer;
      return answer === undefined ? failure(404, "Not Found") : Response.json(answer);
    },
  };
}

const failure = (status: number, error: string): Response => Response.json({ error }, { status });

/** Without TLS, as the documentation shows it. https://apidocs.callrail.com/#retrieving-a-single-call-recording */
const recordingAddress = (id: string): string =>
  `http://${appHost}/calls/${id}/recording/redirect?access_key=${recordingKey}`;
