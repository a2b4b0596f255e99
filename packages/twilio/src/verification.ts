import {
  headerOf,
  mediaTypeOf,
  parseForm,
  queryOf,
  requireSecrets,
  sha256Hex,
  targetOf,
  type FormFields,
  type HmacVerification,
  type RawDelivery,
  type SignableRequest,
  type SignedCandidates,
  type SignedMessage,
} from "@offhook/core";
import type { TwilioOptions } from "./provider.ts";

/**
 * `X-Twilio-Signature`: base64 HMAC-SHA1 over the URL and, for forms, the sorted fields. JSON bodies are covered by
 * their hash in the URL. https://www.twilio.com/docs/usage/webhooks/webhooks-security
 *
 * No time is signed, so age cannot be judged; a request sent again as it was is known by its content.
 */
export function twilioVerification(options: TwilioOptions): HmacVerification {
  const bases = signedBases(options.publicUrl);
  return {
    type: "hmac",
    hash: "sha1",
    encoding: "base64",
    secrets: requireSecrets("twilio({ authToken })", options.authToken),
    header: "x-twilio-signature",
    format: { type: "plain" },
    message: {
      candidates: (delivery) => candidates(delivery, bases, options.accountSid),
      prepare: addBodyHash,
    },
  };
}

/** The text that Twilio signs: the URL, then each field name and value in the order of their code units. */
export function signedText(url: string, form: FormFields): string {
  let text = url;
  const names = [...form.keys()];
  // The default order compares code units, as Twilio does; a locale's order fails on every call (CallSid, Called).
  names.sort();
  for (const name of names) {
    const values = form.get(name) ?? [];
    // A repeated field counts once for each distinct value.
    if (values.length === 1) text += name + values[0];
    else for (const value of [...new Set(values)].toSorted()) text += name + value;
  }
  return text;
}

interface SignedBases {
  /** What Twilio signs according to its documentation, first the likeliest. */
  readonly documented: readonly string[];
  /** With the standard port written out, which some Twilio back ends do. */
  readonly withStandardPort: string | undefined;
}

const parts = /^(https?):\/\/(?:[^/?#]*@)?(\[[^\]]*\]|[^/?#:]+)(:\d+)?([^?#]*)/i;

/** Scheme, host and path prefix as they stand in the console: credentials and fragments are not signed. */
function signedBases(publicUrl: string): SignedBases {
  const [, typedScheme = "", host = "", port = "", path = ""] = parts.exec(publicUrl) ?? [];
  const scheme = typedScheme.toLowerCase();
  const prefix = path.replace(/\/+$/, "");
  const secure = scheme === "https";
  const bare = `${scheme}://${host}${prefix}`;
  const withPort = `${scheme}://${host}${port}${prefix}`;
  if (port === "") {
    return { documented: [bare], withStandardPort: `${scheme}://${host}:${secure ? 443 : 80}${prefix}` };
  }
  // Over https Twilio drops the port of voice webhooks and keeps it for messages; over http it keeps it.
  return { documented: secure ? [bare, withPort] : [withPort, bare], withStandardPort: undefined };
}

async function bodyHashFits(query: string, body: Uint8Array): Promise<boolean> {
  const stated = new URLSearchParams(query).get("bodySHA256");
  return stated === (await sha256Hex(body));
}

function candidates(
  delivery: RawDelivery,
  bases: SignedBases,
  accountSid: string | undefined,
): SignedCandidates | Promise<SignedCandidates> {
  const target = targetOf(delivery.url);
  if (delivery.method !== "GET" && isJson(delivery)) {
    return bodyHashFits(delivery.query, delivery.body).then((fits) => ({
      messages: fits ? messagesFor(bases, target, undefined, accountSid) : [],
    }));
  }
  const form = delivery.method === "GET" ? undefined : parseForm(delivery.body);
  return { messages: messagesFor(bases, target, form, accountSid), form };
}

function messagesFor(
  { documented, withStandardPort }: SignedBases,
  target: string,
  form: FormFields | undefined,
  accountSid: string | undefined,
): readonly SignedMessage[] {
  const [likeliest = ""] = documented;
  const textFor = (url: string): string => (form === undefined ? url : signedText(url, form));
  const messages: SignedMessage[] = [[textFor(likeliest + target)]];
  for (const base of documented.slice(1)) messages.push([textFor(base + target)]);
  // Each further candidate makes a forgery dearer to refuse, so it is tried only where there is reason to.
  const statedAccount = form?.get("AccountSid")?.[0] ?? accountSid;
  if (withStandardPort !== undefined && accountSid !== undefined && statedAccount === accountSid) {
    messages.push([textFor(withStandardPort + target)]);
  }
  // Proxies and frameworks like to encode the apostrophe that Twilio leaves alone (twilio-node issue 1059).
  if (target.includes("%27")) messages.push([textFor(likeliest + target.replaceAll("%27", "'"))]);
  return messages;
}

const isJson = ({ headers }: Pick<RawDelivery, "headers">): boolean =>
  mediaTypeOf(headerOf(headers, "content-type") ?? "") === "application/json";

/** Twilio appends the hash of a JSON body to the URL before it signs it. */
async function addBodyHash(request: SignableRequest): Promise<SignableRequest> {
  if (request.method === "GET" || !isJson(request) || queryOf(request.url).includes("bodySHA256=")) return request;
  const joint = request.url.includes("?") ? "&" : "?";
  return { ...request, url: `${request.url}${joint}bodySHA256=${await sha256Hex(request.body)}` };
}
