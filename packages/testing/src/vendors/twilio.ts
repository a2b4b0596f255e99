import { sampleContext } from "../sample.ts";
import { accountSid as sampleAccountSid, moments, recordedFields, recordingSid } from "../samples/twilio-requests.ts";
import { mp3, wav, type Audio } from "./audio.ts";
import type { FakeVendor, FakeWebhook } from "./fake-vendor.ts";
import { readForm, type Members } from "./request-body.ts";
import { signedStorage } from "./signed-storage.ts";
import { SortedCalls } from "./sorted-calls.ts";
import { pageQuery, placeOf } from "./twilio-pages.ts";
import { accountRecord, callRecord, numberRecord, numberSid, recordingRecord } from "./twilio-records.ts";

export interface FakeTwilioOptions {
  /** Default: that of `twilioLife`, whose webhooks name their account. */
  readonly accountSid?: string;
  /** Default `fake-twilio-token`. */
  readonly authToken?: string;
  /** The most that stands on a page. Default 1000, as at Twilio. */
  readonly pageSize?: number;
}

/** Calls, their recordings, and one number: +14155550100. */
export interface FakeTwilio extends FakeVendor {
  /** For `createTwilioClient`. */
  readonly clientOptions: { readonly accountSid: string; readonly authToken: string };
  readonly webhooks: readonly FakeWebhook[];
}

// Whose bucket it is, is not documented. https://www.twilio.com/docs/voice/api/recording
const storageHost = "fake-twilio-recordings.s3.amazonaws.com";
const ownNumber = "+14155550100";

/** A stand-in for Twilio's API. */
export function fakeTwilio(options: FakeTwilioOptions = {}): FakeTwilio {
  const { accountSid = sampleAccountSid, authToken = "fake-twilio-token", pageSize } = options;
  const account = `/2010-04-01/Accounts/${accountSid}`;
  // By when they were answered, which is also when their recordings begin.
  const calls = new SortedCalls();
  const callOfRecording = new Map<string, string>();
  const storage = signedStorage(storageHost, fileOf);
  let number = numberRecord(accountSid, ownNumber);
  let requests = 0;

  async function answerTo(request: Request, url: URL): Promise<Members | Response | undefined> {
    if (request.headers.get("authorization") !== `Basic ${btoa(`${accountSid}:${authToken}`)}`) {
      return failure(401, 20003, "Authenticate");
    }
    const { pathname } = url;
    if (pathname === `${account}.json`) return accountRecord(accountSid, authToken);
    const path = pathname.startsWith(`${account}/`) ? pathname.slice(account.length) : "";
    const [, list = "", sid, extension] = /^\/(\w+)(?:\/(\w+))?(?:\.(json|mp3|wav))?$/.exec(path) ?? [];
    if (list === "Calls") {
      return sid === undefined ? listOf(url, "calls", "StartTime", callRecord) : recordOf(callRecord, sid);
    }
    if (list === "Recordings") return recordingsAnswer(url, sid, extension);
    if (list !== "IncomingPhoneNumbers") return undefined;
    if (sid === undefined) return { ...placeOf(url, null, pageSize), incoming_phone_numbers: [number] };
    if (sid !== numberSid) return undefined;
    if (request.method === "POST") number = { ...number, ...inSnakeCase(await readForm(request)) };
    return number;
  }

  function recordingsAnswer(url: URL, sid: string | undefined, extension: string | undefined) {
    const callSid = url.searchParams.get("CallSid");
    if (sid === undefined) {
      if (callSid === null) return listOf(url, "recordings", "DateCreated", recordingRecord);
      const record = recordOf(recordingRecord, callSid);
      return { ...placeOf(url, null, pageSize), recordings: record === undefined ? [] : [record] };
    }
    const record = recordOf(recordingRecord, callOfRecording.get(sid) ?? "");
    if (extension === "json" || record === undefined) return record;
    const channels = url.searchParams.get("RequestedChannels") ?? "1";
    return storage.redirectTo(`${sid}.${channels}.${extension ?? "wav"}`);
  }

  const recordOf = (make: typeof callRecord, callSid: string): Members | undefined => {
    const call = calls.get(callSid);
    return call && make(accountSid, call.context);
  };

  function listOf(url: URL, member: string, filter: string, make: typeof callRecord): Members | Response {
    const page = calls.page(pageQuery(url.searchParams, filter, pageSize));
    if (page === undefined) return failure(400, 20001, "Invalid PageToken");
    const records = page.calls.map(({ context }) => make(accountSid, context));
    return { ...placeOf(url, page.cursor, pageSize), [member]: records };
  }

  /** @param name such as `RE….2.mp3`: with its channels. */
  function fileOf(name: string): Audio | undefined {
    const [sid = "", channels, extension] = name.split(".");
    if (calls.get(callOfRecording.get(sid) ?? "") === undefined) return undefined;
    const settings = { seconds: Number(recordedFields.RecordingDuration), channels: Number(channels) };
    return extension === "mp3" ? mp3(settings) : wav(settings);
  }

  return {
    provider: "twilio",
    hosts: ["api.twilio.com", storageHost],
    clientOptions: { accountSid, authToken },
    add(life) {
      const context = sampleContext(life);
      callOfRecording.set(recordingSid(context), context.callSid);
      return calls.add({ id: context.callSid, at: context.startMs + moments.answered, context });
    },
    remove: (id) => calls.remove(id),
    get requests() {
      return requests;
    },
    get webhooks() {
      const { status_callback: url } = number;
      return typeof url === "string" && url !== "" ? [{ name: ownNumber, url }] : [];
    },
    async answer(request) {
      requests += 1;
      const url = new URL(request.url);
      if (url.host === storageHost) return storage.answer(request);
      const answer = await answerTo(request, url);
      if (answer instanceof Response) return answer;
      if (answer === undefined) return failure(404, 20404, `The requested resource ${url.pathname} was not found`);
      return Response.json(answer, { headers: { "twilio-request-id": `RQ${requests}` } });
    },
  };
}

/** https://www.twilio.com/docs/usage/twilios-response#response-formats-exceptions */
const failure = (status: number, code: number, message: string): Response =>
  Response.json({ code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status }, { status });

/** `StatusCallback` is `status_callback` in a record. */
const inSnakeCase = (form: Readonly<Record<string, string>>): Members =>
  Object.fromEntries(
    Object.entries(form).map(([name, value]) => [name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase(), value]),
  );
