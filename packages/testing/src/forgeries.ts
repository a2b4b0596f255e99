import type { HmacVerification, IncomingRequest, SignableRequest, Verification } from "@offhook/core";

/** Unlike a genuine request it may carry a header twice. @inline */
type ForgedRequest = Omit<SignableRequest, "headers"> & Pick<IncomingRequest, "headers">;

/** A request that was made from a genuine one and must be refused. */
export interface Forgery {
  /** What was done to it. */
  readonly title: string;
  readonly request: ForgedRequest;
}

/** Where a verification expects what proves a request. */
type Place = { readonly header: string } | { readonly query: string };

function placeOf(verification: Verification): Place | undefined {
  if (verification.type === "hmac") return { header: verification.header };
  return verification.type === "shared-secret" ? verification.in : undefined;
}

/**
 * Forgeries of a genuine request: everything a sender without the secret could try, and every way in which a proxy
 * or body parser breaks a genuine one. Empty for verifications that prove nothing by a header or query field.
 */
export function forgeriesOf(
  verification: Verification,
  genuine: SignableRequest,
  others: readonly SignableRequest[],
): Forgery[] {
  const place = placeOf(verification);
  if (place === undefined) return [];
  const stated = read(genuine, place);
  const change = (title: string, value: string | readonly string[] | undefined): Forgery => ({
    title,
    request: write(genuine, place, value),
  });
  return [
    ...statedForgeries(stated).map(([title, value]) => change(title, value)),
    ...others.map((other, index) => change(`${index + 1}. proof of another request or key`, read(other, place))),
    ...(verification.type === "hmac" ? hmacForgeries(verification, stated).map(([t, v]) => change(t, v)) : []),
    ...(verification.type === "hmac" ? contentForgeries(verification, genuine) : []),
  ];
}

/** What can be done to any proof. */
function statedForgeries(stated: string): [string, string | readonly string[] | undefined][] {
  const last = stated.length - 1;
  const flip = (at: number): string => stated.slice(0, at) + other(stated.charAt(at)) + stated.slice(at + 1);
  return [
    ["missing proof", undefined],
    ["empty proof", ""],
    ["a blank as proof", " "],
    ["proof twice", [stated, stated]],
    ["proof twice, joined by a proxy", `${stated}, ${stated}`],
    ["forged proof before the genuine one", [flip(last), stated]],
    ["first half of the proof", stated.slice(0, Math.ceil(stated.length / 2))],
    ["second half of the proof", stated.slice(Math.floor(stated.length / 2))],
    ["proof without its last character", stated.slice(0, -1)],
    ["proof with a character more", `${stated}0`],
    ["proof with junk before it", `x${stated}`],
    ["first character changed", flip(0)],
    ["last character changed", flip(last)],
    ["middle character changed", flip(Math.floor(last / 2))],
    ["proof reversed", stated.split("").toReversed().join("")],
    ["proof with a NUL", `${stated}\u0000`],
    ["bearer scheme before the proof", `Bearer ${stated}`],
    ["proof in quotes", `"${stated}"`],
    ["the word undefined", "undefined"],
    ["the word null", "null"],
    ["the word true", "true"],
    ["an object", "[object Object]"],
    ["a very long proof", "A".repeat(10_000)],
    ["prototype as proof", "__proto__"],
  ];
}

const other = (character: string): string => (character === "0" ? "1" : "0");

/** What can be done to a keyed hash and its time. */
function hmacForgeries({ encoding, hash, format }: HmacVerification, stated: string): [string, string][] {
  const bytes = hash === "sha1" ? 20 : 32;
  const zeros = encoding === "hex" ? "0".repeat(bytes * 2) : btoa("\u0000".repeat(bytes));
  if (format.type === "plain") {
    const recoded = encoding === "hex" ? hexToBase64(stated) : base64ToHex(stated);
    return [
      ["signature of zeros", zeros],
      ["signature in the other encoding", recoded],
      ["signature in URL-safe or upper case letters", encoding === "hex" ? `0x${stated}` : stated.toLowerCase()],
      ["signature without padding or prefix digits", encoding === "hex" ? stated.slice(2) : stated.replace(/=+$/, "")],
    ];
  }
  const time = new RegExp(`${format.timestamp}=(\\d+)`).exec(stated)?.[1] ?? "";
  const signature = new RegExp(`${format.signature}=([0-9a-zA-Z+/=]+)`).exec(stated)?.[1] ?? "";
  const fields = (t: string, s: string): string => `${format.timestamp}=${t},${format.signature}=${s}`;
  return [
    ["signature of zeros", fields(time, zeros)],
    [
      "signature in the other encoding",
      fields(time, encoding === "hex" ? hexToBase64(signature) : base64ToHex(signature)),
    ],
    ["no signature field", `${format.timestamp}=${time}`],
    ["no time field", `${format.signature}=${signature}`],
    ["empty time", fields("", signature)],
    ["time that is no number", fields("abc", signature)],
    ["time with a fraction", fields(`${time}.0`, signature)],
    ["negative time", fields(`-${time}`, signature)],
    ["hexadecimal time", fields(`0x${Number(time).toString(16)}`, signature)],
    ["time one unit later", fields(String(Number(time) + 1), signature)],
    ["time one unit earlier", fields(String(Number(time) - 1), signature)],
    ["time written with a leading zero", fields(`0${time}`, signature)],
    ["two times", `${format.timestamp}=${time},${fields(time, signature)}`],
    ["infinite time", fields("9".repeat(400), signature)],
    ["bare signature without its fields", signature],
  ];
}

/** What can be done to what was signed. */
function contentForgeries(verification: HmacVerification, genuine: SignableRequest): Forgery[] {
  const forgeries: Forgery[] = [];
  const withBody = (title: string, body: Uint8Array): void => {
    forgeries.push({ title, request: { ...genuine, body } });
  };
  const { body } = genuine;
  if (body.length > 0) {
    for (const part of [0, 0.1, 0.25, 0.5, 0.75, 0.9, 1]) {
      const at = Math.min(body.length - 1, Math.floor(part * body.length));
      const changed = body.slice();
      // Another letter or digit: a change that a form or JSON parser would not notice.
      changed[at] = (changed[at] ?? 0) === 48 ? 49 : 48;
      withBody(`byte ${at} changed`, changed);
    }
    withBody("body without its last byte", body.slice(0, -1));
    withBody("body without its first byte", body.slice(1));
    withBody("first half of the body", body.slice(0, body.length >> 1));
    withBody("empty body", new Uint8Array());
    withBody("body twice", concat(body, body));
    withBody("body with a field more", concat(body, new TextEncoder().encode("&CallStatus=completed")));
    const text = new TextDecoder().decode(body);
    if (text.startsWith("{") || text.startsWith("[")) {
      withBody(
        "JSON written again with indentation",
        new TextEncoder().encode(JSON.stringify(JSON.parse(text), null, 2)),
      );
      withBody("body with a line feed", concat(body, new TextEncoder().encode("\n")));
      withBody("body with a byte order mark", concat(new Uint8Array([0xef, 0xbb, 0xbf]), body));
    }
  }
  if ("candidates" in verification.message) {
    const joint = genuine.url.includes("?") ? "&" : "?";
    for (const [title, url] of [
      ["another path", genuine.url.replace("/twilio", "/twilio/other")],
      ["a slash at the end of the path", genuine.url.replace(/(\?|$)/, "/$1")],
      ["a query field more", `${genuine.url}${joint}admin=1`],
      ["path in upper case", genuine.url.toUpperCase()],
    ] as const) {
      if (url !== genuine.url) forgeries.push({ title, request: { ...genuine, url } });
    }
  }
  return forgeries;
}

function read(request: SignableRequest, place: Place): string {
  if ("header" in place) return request.headers[place.header] ?? "";
  return new URLSearchParams(request.url.split("?")[1] ?? "").get(place.query) ?? "";
}

function write(request: SignableRequest, place: Place, value: string | readonly string[] | undefined): ForgedRequest {
  if ("header" in place) {
    const { [place.header]: _proof, ...headers } = request.headers;
    return { ...request, headers: value === undefined ? headers : { ...headers, [place.header]: value } };
  }
  const [path = "", query = ""] = request.url.split("?");
  const fields = new URLSearchParams(query);
  fields.delete(place.query);
  for (const each of value === undefined ? [] : typeof value === "string" ? [value] : value)
    fields.append(place.query, each);
  return { ...request, url: `${path}?${fields.toString()}` };
}

function concat(left: Uint8Array, right: Uint8Array): Uint8Array {
  const joined = new Uint8Array(left.length + right.length);
  joined.set(left);
  joined.set(right, left.length);
  return joined;
}

const hexToBase64 = (hex: string): string =>
  btoa(String.fromCharCode(...(hex.match(/[0-9a-f]{2}/gi) ?? []).map((pair) => Number.parseInt(pair, 16))));

function base64ToHex(base64: string): string {
  return Array.from(atob(base64))
    .map((character) => character.charCodeAt(0).toString(16).padStart(2, "0"))
    .join("");
}
