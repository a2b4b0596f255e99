import { createHash } from "node:crypto";
import { parse, type ParsedUrlQuery } from "node:querystring";
import { fc, test as prop } from "@fast-check/vitest";
import { signRequest } from "@offhook/core";
import { twilio } from "@offhook/twilio";
import { describe, expect, test, vi } from "vitest";
import sdk from "twilio";
import { verdictOn, verificationOf } from "./verdict.ts";

// The vendor's own SDK (npm twilio 6.2.0) is the judge of what Twilio signs.
const { getExpectedTwilioSignature, validateRequest, validateRequestWithBody } = sdk;

// Thousands of requests on a machine that others use as well.
vi.setConfig({ testTimeout: 120_000 });
const numRuns = 1500;
const formType = "application/x-www-form-urlencoded; charset=UTF-8";

type Fields = readonly (readonly [string, string])[];

// What is generated ----------------------------------------------------------------------------------------------

const unicode = fc.string({ unit: "binary", maxLength: 12 });
const oddName = fc.oneof(
  fc.constantFrom("CallSid", "Called", "Caller", "CallStatus", "CallbackSource", "AccountSid", "Digits", "Digits[]"),
  fc.constantFrom("", "__proto__", "constructor", "toString", "0", "10", "2", "a.b", "É", "\u0000", "=", "&", "%41"),
  unicode,
);
const oddValue = fc.oneof(
  fc.constantFrom("", " ", "+14155550100", "  two  blanks  ", "a&b=c", "%", "%2B", "\r\n", "\ufeffbom", "'", '"'),
  unicode,
);
const fields: fc.Arbitrary<Fields> = fc.array(fc.tuple(oddName, oddValue), { maxLength: 40 });

const token = fc.oneof(
  fc.string({ unit: fc.constantFrom(...Array.from("0123456789abcdef")), minLength: 32, maxLength: 32 }),
  fc.string({ unit: "binary", minLength: 1, maxLength: 80 }).filter((text) => text.trim() !== ""),
);
const publicUrl = fc.constantFrom(
  "https://hooks.example.com",
  "https://hooks.example.com/",
  "https://hooks.example.com:8443",
  "https://hooks.example.com:443",
  "https://hooks.example.com/behind/a/proxy",
  "https://hooks.example.com:8443/behind",
  "http://localhost:3000",
  "http://127.0.0.1",
);
// prettier-ignore
const urlPiece = fc.constantFrom(
  "a", "Z", "7", "-", "_", ".x", "~", "!", "*", "(", ")", ",", ";", ":", "@", "$", "+", "%20", "%2B", "%C3%A9",
  "%e2%9c%93", "%", "%zz", "é", "|", "[", "]", "{", "^", "`", "\\", '"', "<",
);
const piece = fc.array(urlPiece, { maxLength: 6 }).map((pieces) => pieces.join(""));
const queryField = fc
  .tuple(piece, piece, fc.boolean())
  .map(([name, value, bare]) => (bare ? name : `${name}=${value}`));
/** As on the wire; only the apostrophe is left out, about which the two differ: see below. */
const target = fc
  .tuple(fc.array(piece, { minLength: 1, maxLength: 3 }), fc.array(queryField, { maxLength: 4 }))
  .map(([path, query]) => `/hook${path.join("/")}${query.join("&") === "" ? "" : `?${query.join("&")}`}`);

// Both sides -----------------------------------------------------------------------------------------------------

const baseOf = (url: string): string => url.replace(/\/+$/, "");

/** What Twilio signs where it drops the port over https and keeps it over http. */
const signedBaseOf = (url: string): string =>
  url.startsWith("https:") ? baseOf(url).replace(/:\d+/, "") : baseOf(url);

const bodyOf = (list: Fields): Uint8Array =>
  new TextEncoder().encode(
    new URLSearchParams(list.map(([name, value]): [string, string] => [name, value])).toString(),
  );

/** As Express gives them to the SDK, read by another parser than ours. */
const paramsOf = (list: Fields): ParsedUrlQuery =>
  parse(new TextDecoder().decode(bodyOf(list)), "&", "=", { maxKeys: 0 });

interface Case {
  readonly authToken: string;
  readonly publicUrl: string;
  readonly target: string;
  readonly fields: Fields;
  readonly signature: string;
  readonly accountSid?: string;
}

async function weAccept({ authToken, publicUrl: url, accountSid, ...received }: Case): Promise<boolean> {
  const provider = twilio({ authToken, publicUrl: url, ...(accountSid !== undefined && { accountSid }) });
  const verdict = await verdictOn(verificationOf(provider), {
    method: "POST",
    url: received.target,
    headers: { "content-type": formType, "x-twilio-signature": received.signature },
    body: bodyOf(received.fields),
  });
  return verdict === "accepted";
}

const theyAccept = (each: Case): boolean =>
  validateRequest(each.authToken, each.signature, baseOf(each.publicUrl) + each.target, paramsOf(each.fields));

// The properties -------------------------------------------------------------------------------------------------

describe("S05: the SDK of Twilio agrees with us", () => {
  prop.prop({ token, publicUrl, target, fields }, { numRuns })(
    "on forms: what either signs, both accept",
    async ({ token: authToken, publicUrl: url, target: path, fields: list }) => {
      const signature = getExpectedTwilioSignature(authToken, signedBaseOf(url) + path, paramsOf(list));
      const signed = await signRequest(verificationOf(twilio({ authToken, publicUrl: url })), {
        method: "POST",
        url: path,
        headers: { "content-type": formType },
        body: bodyOf(list),
      });
      expect(signed.headers["x-twilio-signature"]).toBe(signature);
      const each = { authToken, publicUrl: url, target: path, fields: list, signature };
      expect([await weAccept(each), theyAccept(each)]).toEqual([true, true]);
    },
  );

  // prettier-ignore
  const tamper = fc.constantFrom(
  "value", "name", "drop", "repeat", "add", "shuffle", "trim", "clean", "move",
  "path", "query", "signature", "token", "port", "nothing",
);

  prop.prop(
    { token, publicUrl, target, fields, tamper, at: fc.nat(), with: unicode, kept: fc.boolean() },
    { numRuns: 4 * numRuns },
  )("on tampered forms: both accept or both refuse", async ({ token: authToken, publicUrl: url, ...rest }) => {
    const base = rest.kept ? baseOf(url) : signedBaseOf(url);
    const signature = getExpectedTwilioSignature(authToken, base + rest.target, paramsOf(rest.fields));
    const genuine: Case = { authToken, publicUrl: url, target: rest.target, fields: rest.fields, signature };
    const tampered = tamperWith(genuine, rest.tamper, rest.at, rest.with);
    expect(await weAccept(tampered)).toBe(theyAccept(tampered));
  });

  prop.prop({ token, publicUrl, target, tampered: fc.boolean() }, { numRuns })(
    "on a GET: the URL alone is signed",
    async ({ token: authToken, publicUrl: url, target: path, tampered }) => {
      const signature = getExpectedTwilioSignature(authToken, signedBaseOf(url) + path, {});
      const seen = tampered ? `${path}x` : path;
      const verdict = await verdictOn(verificationOf(twilio({ authToken, publicUrl: url })), {
        method: "GET",
        url: seen,
        headers: { "x-twilio-signature": signature },
        body: new Uint8Array(),
      });
      expect(validateRequest(authToken, signature, baseOf(url) + seen, {})).toBe(!tampered);
      expect(verdict).toBe(tampered ? "signature_mismatch" : "accepted");
    },
  );

  const jsonBody = fc.oneof(
    fc.json(),
    unicode,
    fc.constantFrom("", "{}", '{"a": 1}', "\ufeff{}", '{"note":"Grüße 📞"}'),
  );
  const jsonTamper = fc.constantFrom("nothing", "body", "hash", "no hash", "path", "token", "two hashes");

  prop.prop({ token, publicUrl, target, body: jsonBody, tamper: jsonTamper }, { numRuns: 2 * numRuns })(
    "on JSON: the body's hash in the URL decides, on both sides",
    async ({ token: authToken, publicUrl: url, target: path, body, tamper: how }) => {
      const verification = verificationOf(twilio({ authToken, publicUrl: url }));
      const headers = { "content-type": "application/json" };
      const bytes = new TextEncoder().encode(body);
      const signed = await signRequest(verification, { method: "POST", url: path, headers, body: bytes });
      const signature = signed.headers["x-twilio-signature"] ?? "";
      expect(signature).toBe(getExpectedTwilioSignature(authToken, signedBaseOf(url) + signed.url, {}));

      const other = createHash("sha256").update(`${body} `).digest("hex");
      const seen = { url: signed.url, body, token: authToken };
      let resigned = signature;
      if (how === "body") seen.body += " ";
      if (how === "path") seen.url = seen.url.replace("/hook", "/hooks");
      if (how === "token") seen.token = `${authToken}x`;
      if (how === "hash") seen.url = seen.url.replace(/[0-9a-f]{64}$/, other);
      if (how === "no hash") seen.url = path;
      if (how === "two hashes") seen.url = `${signed.url}&bodySHA256=${other}`;
      // Genuinely signed, so that only the hash is left to object to.
      if (how.includes("hash")) resigned = getExpectedTwilioSignature(authToken, signedBaseOf(url) + seen.url, {});

      const theirs = validateRequestWithBody(seen.token, resigned, baseOf(url) + seen.url, seen.body);
      const ours = await verdictOn(verificationOf(twilio({ authToken: seen.token, publicUrl: url })), {
        method: "POST",
        url: seen.url,
        headers: { ...headers, "x-twilio-signature": resigned },
        body: new TextEncoder().encode(seen.body),
      });
      expect(ours === "accepted").toBe(theirs);
      expect(theirs).toBe(how === "nothing" || how === "two hashes");
    },
  );
});

function tamperWith(genuine: Case, how: string, at: number, text: string): Case {
  const list = [...genuine.fields];
  const index = list.length === 0 ? 0 : at % list.length;
  const [name, value] = list[index] ?? ["", ""];
  switch (how) {
    case "value":
      list.splice(index, 1, [name, value + text]);
      return { ...genuine, fields: list };
    case "name":
      list.splice(index, 1, [name + text, value]);
      return { ...genuine, fields: list };
    case "drop":
      list.splice(index, 1);
      return { ...genuine, fields: list };
    case "repeat":
      return { ...genuine, fields: [...list, [name, value]] };
    case "add":
      return { ...genuine, fields: [...list, [text, ""]] };
    case "shuffle":
      return { ...genuine, fields: list.toReversed() };
    case "trim":
      return { ...genuine, fields: list.map(([each, padded]) => [each, padded.trim()]) };
    case "clean":
      return { ...genuine, fields: list.filter(([, each]) => each !== "") };
    // The boundary between a name and its value is not signed, on either side.
    case "move":
      list.splice(index, 1, [name.slice(0, -1), name.slice(-1) + value]);
      return { ...genuine, fields: list };
    case "path":
      return { ...genuine, target: genuine.target.replace("/hook", "/hook/") };
    case "query":
      return { ...genuine, target: `${genuine.target}${genuine.target.includes("?") ? "&" : "?"}a=1` };
    case "signature":
      return { ...genuine, signature: at % 3 === 0 ? "" : genuine.signature.replace(/^./, "-") };
    case "token":
      return { ...genuine, authToken: `${genuine.authToken}x` };
    case "port":
      return {
        ...genuine,
        publicUrl: genuine.publicUrl.replace(/(example\.com|localhost|127\.0\.0\.1)(:\d+)?/, "$1:8443"),
      };
    default:
      return genuine;
  }
}

describe("S05: where we differ from the SDK, by design", () => {
  const authToken = "2f8c1d9a7b3e4f60a1b2c3d4e5f60718";
  const accountSid = "AC0123456789abcdef0123456789abcdef";
  const url = "https://hooks.example.com";
  const list: Fields = [["CallSid", "CA1"]];
  const caseOf = (more: Partial<Case>, signedUrl: string, signedFields: Fields = list): Case => ({
    authToken,
    publicUrl: url,
    target: "/twilio/status",
    fields: signedFields,
    signature: getExpectedTwilioSignature(authToken, signedUrl, paramsOf(signedFields)),
    ...more,
  });

  prop.prop({ target, fields }, { numRuns })(
    "a standard port that Twilio added: the SDK always tries it, we where the account is the configured one",
    async ({ target: path, fields: some }) => {
      const own: Fields = [["AccountSid", accountSid], ...some.filter(([name]) => name !== "AccountSid")];
      const each = caseOf({ target: path }, `https://hooks.example.com:443${path}`, own);
      expect(theyAccept(each)).toBe(true);
      expect(await weAccept(each)).toBe(false);
      expect(await weAccept({ ...each, accountSid })).toBe(true);
      expect(await weAccept({ ...each, accountSid: "AC1" })).toBe(false);
    },
  );

  test("an apostrophe that a proxy encoded: we put it back, the SDK only where the rest survives re-encoding", async () => {
    const alone = caseOf({ target: "/next?n=O%27Fallon" }, `${url}/next?n=O'Fallon`);
    const withComma = caseOf({ target: "/next?a=1,2&n=O%27Fallon" }, `${url}/next?a=1,2&n=O'Fallon`);
    expect([theyAccept(alone), await weAccept(alone)]).toEqual([true, true]);
    expect([theyAccept(withComma), await weAccept(withComma)]).toEqual([false, true]);
  });

  test.each([
    ["an apostrophe", "/next?n=O'Fallon", "/next?n=O%27Fallon"],
    ["a comma", "/next?a=1,2", "/next?a=1%2C2"],
    ["a dot segment", "/a/../next", "/next"],
  ])(
    "the URL as a parser would write it (%s): the SDK takes it, we only what was sent",
    async (_title, seen, signed) => {
      const each = caseOf({ target: seen }, url + signed);
      expect([theyAccept(each), await weAccept(each)]).toEqual([true, false]);
    },
  );

  test("credentials in the URL: Twilio drops them before it signs, and so do we; the SDK keeps them", async () => {
    const each = caseOf({ publicUrl: "https://user:pass@hooks.example.com" }, `${url}/twilio/status`);
    expect([theyAccept(each), await weAccept(each)]).toEqual([false, true]);
  });

  test("connection overrides: never signed, which the SDK leaves to its caller", async () => {
    const each = caseOf({ target: "/twilio/status#rc=2&rp=all" }, `${url}/twilio/status`);
    expect([theyAccept(each), await weAccept(each)]).toEqual([false, true]);
  });
});
