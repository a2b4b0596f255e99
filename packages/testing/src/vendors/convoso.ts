import { sampleContext } from "../sample.ts";
import { callId, callSeconds, leadId, recordingHost } from "../samples/convoso-payloads.ts";
import { audioAnswer, mp3 } from "./audio.ts";
import { leadRecord, leadRecording, logRecord } from "./convoso-records.ts";
import type { FakeVendor } from "./fake-vendor.ts";
import { hexKey } from "./hex-key.ts";
import { pageSizeOf, readForm, type Members } from "./request-body.ts";
import { SortedCalls, type Span } from "./sorted-calls.ts";
import { zoneClock } from "./zone-clock.ts";

export interface FakeConvosoOptions {
  /** Default `fake-convoso-token`. */
  readonly authToken?: string;
  /** IANA name of the account's zone. Default `America/New_York`, as in `convosoLife`. */
  readonly timeZone?: string;
  /** The most that stands on a page. Default 500 calls, as at Convoso. */
  readonly pageSize?: number;
  /** Milliseconds since 1970; default the platform's clock. Without times, today's calls are listed. */
  readonly now?: () => number;
}

/** The call log, the leads of its calls, and recordings. Convoso has no API to set up webhooks with. */
export interface FakeConvoso extends FakeVendor {
  /** For `createConvosoClient`. */
  readonly clientOptions: {
    readonly authToken: string;
    readonly timeZone: string;
    readonly recordingHosts: readonly string[];
  };
}

type Parameters = Readonly<Record<string, string>>;

const maxOffset = 40_000;
const dayMs = 24 * 60 * 60_000;

/** A stand-in for Convoso's API. */
export function fakeConvoso(options: FakeConvosoOptions = {}): FakeConvoso {
  const { authToken = "fake-convoso-token", timeZone = "America/New_York", pageSize, now = Date.now } = options;
  const { shownAt } = zoneClock(timeZone);
  // By what the account's clock showed, because that is what Convoso compares.
  const calls = new SortedCalls();
  const inserted: Members[] = [];
  let requests = 0;

  function answerTo(path: string, parameters: Parameters): Members | undefined {
    switch (path) {
      case "/v1/log/retrieve":
        return retrieveLog(parameters);
      case "/v1/log/update":
        return updateLog(parameters);
      case "/v1/leads/insert":
        return insertLead(parameters);
      case "/v1/leads/search":
        return entriesOf(parameters, 2000, findLeads(parameters));
      case "/v1/leads/get-recordings":
        return entriesOf(parameters, 100, findRecordings(parameters));
      default:
        return undefined;
    }
  }

  function retrieveLog({ id, limit, offset = "0", order, include_recordings, ...times }: Parameters): Members {
    if (Number(offset) > maxOffset) return refusal(7231, "Invalid offset value");
    const span = spanOf(times);
    const one = id === undefined ? undefined : calls.get(id);
    const isFound = one !== undefined && one.at >= span.from && one.at < span.to;
    const size = pageSizeOf(limit, 500, 500, pageSize);
    const found =
      id === undefined
        ? calls.slice(span, { offset: Number(offset), size, isDescending: order !== "asc" })
        : isFound
          ? [one]
          : [];
    const total = id === undefined ? calls.count(span) : found.length;
    const withRecordings = include_recordings === "1";
    const results = found.map(({ at, context }) => logRecord(context, clockText(at), withRecordings));
    // A text, as in Convoso's own sample.
    const counts = { offset: Number(offset), limit: size, total_found: String(total), entries: results.length };
    return success({ ...counts, results });
  }

  function updateLog({ call_log_id: id, extra_field_01, extra_field_02 }: Parameters): Members {
    if (id === undefined) return refusal(6032, "Missing Call Log ID");
    if (calls.get(id) === undefined) return refusal(6033, "No such Call Log");
    const isEmpty = extra_field_01 === undefined && extra_field_02 === undefined;
    return isEmpty ? refusal(6035, "Missing extra fields") : success({});
  }

  function insertLead({ auth_token: _token, ...lead }: Parameters): Members {
    if (lead["list_id"] === undefined || lead["phone_number"] === undefined) return refusal(6023, "Missing fields");
    const id = 900_000 + inserted.length;
    inserted.push({ id: String(id), status: "NEW", phone_code: "1", ...lead });
    // A number here, a text in other samples.
    return success({ lead_id: id });
  }

  function findLeads({ lead_id: id, ...parameters }: Parameters): readonly Members[] {
    const wanted = Object.entries(parameters).filter(([name]) => leadFilters.has(name));
    const ofCalls = calls.slice(always, { offset: 0, size: Infinity });
    const leads = [...ofCalls.map(({ at, context }) => leadRecord(context, clockText(at))), ...inserted];
    return leads.filter(
      (lead) => (id === undefined || lead["id"] === id) && wanted.every(([name, value]) => lead[name] === value),
    );
  }

  function findRecordings({ lead_id: id = "", ...times }: Parameters): readonly Members[] {
    return calls
      .slice(spanOf(times), { offset: 0, size: Infinity })
      .filter(({ context }) => leadId(context) === id)
      .map(({ at, context }) => leadRecording(context, id, clockText(at), clockText(at + callSeconds * 1000)));
  }

  /** Both inclusive. Without them it is today. */
  function spanOf({ start_time: start, end_time: end }: Parameters): Span {
    const today = Math.floor(shownAt(now()) / dayMs) * dayMs;
    return {
      from: start === undefined ? today : readClock(start),
      to: end === undefined ? today + dayMs : readClock(end) + 1000,
    };
  }

  function recordingAnswer(request: Request, { pathname }: URL): Response {
    const [, id = ""] = /^\/r\/(\w+)\.mp3$/.exec(pathname) ?? [];
    if (calls.get(id) === undefined) return new Response("Not found", { status: 404 });
    return audioAnswer(request, mp3({ seconds: callSeconds }));
  }

  return {
    provider: "convoso",
    hosts: ["api.convoso.com", recordingHost],
    clientOptions: { authToken, timeZone, recordingHosts: [recordingHost] },
    add(life) {
      const given = sampleContext(life);
      const context = { ...given, key: hexKey(given.key) };
      return calls.add({ id: callId(context), at: shownAt(context.startMs), context });
    },
    remove: (id) => calls.remove(id),
    get requests() {
      return requests;
    },
    async answer(request) {
      requests += 1;
      const url = new URL(request.url);
      if (url.host === recordingHost) return recordingAnswer(request, url);
      const parameters = { ...Object.fromEntries(url.searchParams), ...(await readForm(request)) };
      if (parameters["auth_token"] !== authToken) {
        return Response.json(refusal(401, "Unauthorized"), { status: 401 });
      }
      const answer = answerTo(url.pathname, parameters);
      // Failures come as 200 as well. https://help.convoso.com/hc/en-us/articles/37988572145691-API-Glossary
      return answer === undefined ? Response.json(refusal(404, "Not Found"), { status: 404 }) : Response.json(answer);
    },
  };
}

const always: Span = { from: -Infinity, to: Infinity };

const leadFilters: ReadonlySet<string> = new Set(
  "list_id user_id owner_id status phone_number first_name last_name email city state postal_code country".split(" "),
);

const success = (data: Members): Members => ({ success: true, data });
const refusal = (code: number, text: string): Members => ({ success: false, code, text });

/** Lists of leads and recordings; `entries` is a count in the call log. */
function entriesOf({ offset = "0", limit }: Parameters, most: number, found: readonly Members[]): Members {
  const size = pageSizeOf(limit, 10);
  if (size > most) return refusal(7230, "Invalid limit value");
  const entries = found.slice(Number(offset), Number(offset) + size);
  return success({ offset: Number(offset), limit: size, total: String(found.length), entries });
}

/** @param shownMs as if the clock showed UTC. */
const clockText = (shownMs: number): string => new Date(shownMs).toISOString().slice(0, 19).replace("T", " ");
const readClock = (text: string): number => Date.parse(`${text.replace(" ", "T")}Z`);
