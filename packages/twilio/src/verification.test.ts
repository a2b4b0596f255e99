import {
  parseForm,
  queryOf,
  signRequest,
  VerificationError,
  verifyDelivery,
  type HeaderRecord,
  type RawDelivery,
  type SignedContent,
  type VerifiedDelivery,
} from "@offhook/core";
import { createHash, createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { fixture } from "./fixtures/index.ts";
import { twilio, type TwilioOptions } from "./provider.ts";
import { signedText, twilioVerification } from "./verification.ts";

const token = "2f8c1d9a7b3e4f60a1b2c3d4e5f60718";
const publicUrl = "https://hooks.example.com";
const formType = "application/x-www-form-urlencoded; charset=UTF-8";

interface Received {
  readonly method?: "GET" | "POST";
  /** As on the wire. */
  readonly url: string;
  readonly body?: string | Uint8Array;
  readonly contentType?: string;
  readonly signature?: string | readonly string[];
}

function received({ method = "POST", url, body = "", contentType = formType, signature }: Received): RawDelivery {
  const headers: HeaderRecord = { "content-type": contentType, "x-twilio-signature": signature };
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  return { method, url, query: queryOf(url), headers, body: bytes, receivedAtMs: 0 };
}

function verify(request: Received, options: Partial<TwilioOptions> = {}): Promise<VerifiedDelivery> {
  return verifyDelivery(twilioVerification({ authToken: token, publicUrl, ...options }), received(request));
}

/** Accepted, or the code of the refusal. */
const verdict = (request: Received, options?: Partial<TwilioOptions>): Promise<string> =>
  verify(request, options).then(
    () => "accepted",
    (error: unknown) => (error instanceof VerificationError ? error.code : String(error)),
  );

const sign = (text: string, key = token): string => createHmac("sha1", key).update(text).digest("base64");
const encode = (fields: readonly (readonly [string, string])[]): string =>
  fields.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join("&");

const callSidOnly = "CallSid=CA1";
const statusBody = "CallSid=CA1&CallStatus=completed";
const statusUrl = "/twilio/status?tenant=acme";
const statusSignature = "Dbc29JRcTxUelHKkWHm7B3FSZTo=";

describe("S05: the vectors", () => {
  const docs = encode([
    ["CallSid", "CA1234567890ABCDE"],
    ["Caller", "+14158675310"],
    ["Digits", "1234"],
    ["From", "+14158675310"],
    ["To", "+18005551212"],
  ]);

  test("T1: the documentation's example is accepted", async () => {
    expect(
      await verdict(
        { url: "/myapp.php?foo=1&bar=2", body: docs, signature: "L/OH5YylLD5NRKLltdqwSvS0BnU=" },
        { authToken: "12345", publicUrl: "https://example.com" },
      ),
    ).toBe("accepted");
  });

  test("T2: the SDK's example is accepted", async () => {
    expect(
      await verdict(
        {
          url: "/myapp.php?foo=1&bar=2",
          body: docs.replaceAll("%2B14158675310", "%2B14158675309"),
          signature: "RSOYDt4T1cUTdK1PDd93/VVr8B8=",
        },
        { authToken: "12345", publicUrl: "https://mycompany.com" },
      ),
    ).toBe("accepted");
  });

  test("T3: a real status callback with empty fields is accepted", async () => {
    expect(await verdict({ url: statusUrl, body: fixture("status-completed.txt"), signature: statusSignature })).toBe(
      "accepted",
    );
  });

  test("T3w: fields sorted as a locale would are refused", async () => {
    expect(
      await verdict({
        url: statusUrl,
        body: fixture("status-completed.txt"),
        signature: "QtDkliNYpaJrSi0zSuJMk9mXfko=",
      }),
    ).toBe("signature_mismatch");
  });

  test("T3e: a signature without the empty fields is refused, and so is a body that lost them", async () => {
    const withoutEmpty = new TextDecoder()
      .decode(fixture("status-completed.txt"))
      .split("&")
      .filter((field) => !field.endsWith("="))
      .join("&");
    const wrong = "5HuXSPgC5U+tykPAL/OjUgvR9yc=";
    expect(await verdict({ url: statusUrl, body: fixture("status-completed.txt"), signature: wrong })).toBe(
      "signature_mismatch",
    );
    expect(await verdict({ url: statusUrl, body: withoutEmpty, signature: statusSignature })).toBe(
      "signature_mismatch",
    );
    // The vector is what it says: it fits the body that lost its empty fields.
    expect(await verdict({ url: statusUrl, body: withoutEmpty, signature: wrong })).toBe("accepted");
  });

  test("T4: a GET is signed by its URL alone", async () => {
    const url =
      "/twilio/voice?CallSid=CA0123456789abcdef0123456789abcdef&From=%2B14045550123&CallStatus=ringing&FromCity=SAN%20JOSE";
    const signature = "V0LJ0T551ZcM61lM8PN97TjaFUM=";
    expect(await verdict({ method: "GET", url, signature })).toBe("accepted");
    expect(await verdict({ method: "GET", url: url.replace("SAN%20JOSE", "SAN+JOSE"), signature })).toBe(
      "signature_mismatch",
    );
    expect(await verdict({ method: "POST", url, body: callSidOnly, signature })).toBe("signature_mismatch");
  });

  const jsonUrl = "/twilio/intelligence?bodySHA256=31a01bc0e2ce4b22a4ac0c8f0f03873a7847bd42ea7b57356aedbd62b17b703f";
  const json = { url: jsonUrl, contentType: "application/json", signature: "Y5Y4n3p13AhyMx4q858TnRyb3Pc=" };

  test("T5: a JSON body is covered by its hash in the URL", async () => {
    const body = fixture("intelligence-transcript.json");
    expect(await verdict({ ...json, body })).toBe("accepted");
    expect(await verdict({ ...json, body, contentType: "Application/JSON; charset=utf-8" })).toBe("accepted");
  });

  test("T5: one space more in a JSON body, another hash or none is refused", async () => {
    const text = new TextDecoder().decode(fixture("intelligence-transcript.json"));
    const spaced = text.replace(":", ": ");
    expect(await verdict({ ...json, body: spaced })).toBe("signature_mismatch");
    expect(await verdict({ ...json, body: "" })).toBe("signature_mismatch");
    const hash = createHash("sha256").update(spaced).digest("hex");
    expect(await verdict({ ...json, url: `/twilio/intelligence?bodySHA256=${hash}`, body: spaced })).toBe(
      "signature_mismatch",
    );
    const bare = { ...json, url: "/twilio/intelligence", body: text };
    expect(await verdict({ ...bare, signature: sign(`${publicUrl}/twilio/intelligence`) })).toBe("signature_mismatch");
    const upper = jsonUrl.replace(/[0-9a-f]{64}/, (digits) => digits.toUpperCase());
    expect(await verdict({ ...json, url: upper, body: text, signature: sign(publicUrl + upper) })).toBe(
      "signature_mismatch",
    );
    const base64 = `/twilio/intelligence?bodySHA256=${encodeURIComponent(createHash("sha256").update(text).digest("base64"))}`;
    expect(await verdict({ ...json, url: base64, body: text, signature: sign(publicUrl + base64) })).toBe(
      "signature_mismatch",
    );
  });

  test("T5s: the SDK's JSON example is accepted", async () => {
    expect(
      await verdict(
        {
          url: "/myapp.php?foo=1&bar=2&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620",
          body: '{"property": "value", "boolean": true}',
          contentType: "application/json",
          signature: "a9nBmqA0ju/hNViExpshrM61xv4=",
        },
        { authToken: "12345", publicUrl: "https://mycompany.com" },
      ),
    ).toBe("accepted");
  });

  test("T6a: over https the port is found to be dropped", async () => {
    expect(
      await verdict(
        { url: "/twilio/status", body: statusBody, signature: "qECVL98KYQfoc6sN87vQZjLj1XA=" },
        { publicUrl: "https://hooks.example.com:8443" },
      ),
    ).toBe("accepted");
  });

  test("T6b: a standard port that Twilio added is found where the account is known", async () => {
    const request = { url: "/twilio/status", body: statusBody, signature: "vCtIVAZWQzww7tXD8ugVnL3vgvU=" };
    const accountSid = "AC0123456789abcdef0123456789abcdef";
    expect(await verdict(request, { accountSid })).toBe("accepted");
    expect(await verdict(request, { publicUrl: "https://hooks.example.com:443" })).toBe("accepted");
    expect(await verdict(request)).toBe("signature_mismatch");
    const body = `AccountSid=${accountSid}&CallSid=CA1`;
    const signature = sign(`https://hooks.example.com:443/twilio/statusAccountSid${accountSid}CallSidCA1`);
    expect(await verdict({ ...request, body, signature }, { accountSid })).toBe("accepted");
    expect(await verdict({ ...request, body, signature }, { accountSid: "AC1" })).toBe("signature_mismatch");
  });

  test("T6c: over http the port is kept", async () => {
    expect(
      await verdict(
        { url: "/twilio/status", body: statusBody, signature: "RF8hBFhx47cIMFfBNO9oj8cRLXo=" },
        { publicUrl: "http://hooks.example.com:8080" },
      ),
    ).toBe("accepted");
  });

  test("T7: a repeated field counts once for each distinct value, in order", async () => {
    expect(
      await verdict(
        {
          url: "/myapp.php?foo=1&bar=2",
          body: "Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234",
          signature: "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        },
        { authToken: "12345", publicUrl: "https://mycompany.com" },
      ),
    ).toBe("accepted");
  });

  test("T8: accents, doubled blanks and blanks at the end are signed as they are", async () => {
    const fields = (name: string): string =>
      `CallSid=CA1&CallerName=${name}&FromCity=S%C3%A3o+Paulo&CallerCity=&Digits=1+2%2B3`;
    const signature = "wXmsdYEPUBM7XwCVr8qWOMVe9Ug=";
    expect(await verdict({ url: "/twilio/voice", body: fields("JOS%C3%89++NU%C3%91EZ+"), signature })).toBe("accepted");
    expect(await verdict({ url: "/twilio/voice", body: fields("JOS%C3%89++NU%C3%91EZ"), signature })).toBe(
      "signature_mismatch",
    );
    expect(await verdict({ url: "/twilio/voice", body: fields("JOS%C3%89+NU%C3%91EZ+"), signature })).toBe(
      "signature_mismatch",
    );
  });

  test.each([
    ["T9a", "/twilio/next?city=Trezzo%20Sull'Adda", "NxGmQ+CDOr+D980Ra7fgfSYGDDg="],
    ["T9b", "/twilio/next?city=It's+here", "FkXUfyze47tuwOduKuN+jPNFHgo="],
    ["T9c", "/twilio/next?a=1,2&n=O'Fallon", "Slw4F3BZ2Inpjjr/4XkjWO6NbZ4="],
  ])("%s: an apostrophe in the query is accepted as sent, and as a proxy encodes it", async (_id, url, signature) => {
    expect(await verdict({ url, body: callSidOnly, signature })).toBe("accepted");
    expect(await verdict({ url: url.replace("'", "%27"), body: callSidOnly, signature })).toBe("accepted");
    expect(await verdict({ url: url.replace("'", "%2527"), body: callSidOnly, signature })).toBe("signature_mismatch");
  });

  test("T10: a slash at the end of the path is part of what is signed", async () => {
    const signature = "PBSlBUfUDafcxZn0zBr11u/M0AE=";
    expect(await verdict({ url: "/twilio/status/", body: callSidOnly, signature })).toBe("accepted");
    expect(await verdict({ url: "/twilio/status", body: callSidOnly, signature })).toBe("signature_mismatch");
  });

  test("T11: connection overrides in a fragment are not signed", async () => {
    const request = { url: "/twilio/status", body: callSidOnly, signature: "bTr/EE6DCt1rPgc35ro6PQ1lLM4=" };
    expect(await verdict(request)).toBe("accepted");
    expect(await verdict(request, { publicUrl: "https://hooks.example.com#rc=2&rp=all" })).toBe("accepted");
    expect(await verdict({ ...request, url: "https://hooks.example.com/twilio/status#rc=2&rp=all" })).toBe("accepted");
  });

  test.each([
    ["wss://hooks.example.com/media", "A5aMBSCvDCbzed95cuA+gLH+Phg="],
    ["wss://hooks.example.com/media/", "0s9nULFMiDelT3ITgfYocxXRQgw="],
  ])("T12: a media stream's handshake (%s) is signed in the same way", (url, signature) => {
    expect(sign(signedText(url, new Map()))).toBe(signature);
  });
});

describe("the signed text", () => {
  test("sorts names by code unit, upper case first", () => {
    const form = parseForm(fixture("status-completed.txt"));
    const text = signedText("", new Map([...form].map(([name]) => [name, ["|"]])));
    expect(text.split("|").slice(0, 10)).toEqual([
      "AccountSid",
      "AnsweredBy",
      "ApiVersion",
      "CallDuration",
      "CallSid",
      "CallStatus",
      "CallbackSource",
      "Called",
      "CalledCity",
      "CalledCountry",
    ]);
  });

  test("hands the parsed form on, so that nothing is parsed twice", async () => {
    const { form } = await verify({
      url: statusUrl,
      body: fixture("status-completed.txt"),
      signature: statusSignature,
    });
    expect(form?.get("CallDuration")).toEqual(["49"]);
  });
});

describe("S05: refusals", () => {
  const request = { url: statusUrl, body: fixture("status-completed.txt") };

  test("S01: a missing signature is refused", async () => {
    expect(await verdict(request)).toBe("signature_missing");
    expect(await verdict({ ...request, signature: "" })).toBe("signature_missing");
    expect(await verdict({ ...request, signature: [] })).toBe("signature_missing");
  });

  test.each([
    ["twice", [statusSignature, statusSignature]],
    ["twice, joined by a proxy", `${statusSignature}, ${statusSignature}`],
    ["behind a forged one", [sign("forged"), statusSignature]],
    ["without its padding", statusSignature.slice(0, -1)],
    ["in hexadecimal", Buffer.from(statusSignature, "base64").toString("hex")],
    ["in URL-safe letters", statusSignature.replace("=", "-")],
    ["of SHA-256", createHmac("sha256", token).update("x").digest("base64")],
    ["with a blank before it", ` ${statusSignature}`],
  ])("a signature %s is malformed", async (_title, signature) => {
    expect(await verdict({ ...request, signature })).toBe("signature_malformed");
  });

  test("a signature of the list type with one member is taken", async () => {
    expect(await verdict({ ...request, signature: [statusSignature] })).toBe("accepted");
  });

  test("another account's token is refused", async () => {
    expect(await verdict({ ...request, signature: statusSignature }, { authToken: "another token" })).toBe(
      "signature_mismatch",
    );
    expect(await verdict({ ...request, signature: statusSignature.toLowerCase() })).toBe("signature_mismatch");
  });

  test("while rotating, both tokens are accepted and no third", async () => {
    const authToken = ["the next token", token];
    expect(await verdict({ ...request, signature: statusSignature }, { authToken })).toBe("accepted");
    const text = signedText(publicUrl + statusUrl, parseForm(request.body));
    expect(await verdict({ ...request, signature: sign(text, "the next token") }, { authToken })).toBe("accepted");
    expect(await verdict({ ...request, signature: sign(text, "a third") }, { authToken })).toBe("signature_mismatch");
  });

  test("a changed, added, removed or renamed field is refused", async () => {
    const text = new TextDecoder().decode(request.body);
    for (const body of [
      text.replace("CallStatus=completed", "CallStatus=failed"),
      text.replace("CallDuration=49", "CallDuration=490"),
      `${text}&CallStatus=failed`,
      `${text}&Extra=1`,
      text.replace("&AnsweredBy=human", ""),
      text.replace("FromState", "ToState"),
      "",
    ]) {
      expect(body).not.toBe(text);
      expect(await verdict({ ...request, body, signature: statusSignature })).toBe("signature_mismatch");
    }
  });

  test("fields in another order or encoding are the same fields", async () => {
    const fields = new TextDecoder().decode(request.body).split("&");
    expect(await verdict({ ...request, body: fields.toReversed().join("&"), signature: statusSignature })).toBe(
      "accepted",
    );
    expect(
      await verdict({ ...request, body: fields.join("&").replaceAll("human", "h%75man"), signature: statusSignature }),
    ).toBe("accepted");
  });

  test("another host, scheme, path or query is refused, whatever the request claims", async () => {
    const signature = statusSignature;
    for (const other of [
      "https://evil.example.com",
      "http://hooks.example.com",
      "https://hooks.example.com.evil.com",
    ]) {
      expect(await verdict({ ...request, signature }, { publicUrl: other })).toBe("signature_mismatch");
    }
    for (const url of [
      "/twilio/status",
      "/twilio/status?tenant=other",
      "/twilio/Status?tenant=acme",
      `${statusUrl}&a=1`,
    ])
      expect(await verdict({ ...request, url, signature })).toBe("signature_mismatch");
    // An absolute target is taken for its path alone: its host is the sender's claim.
    const text = signedText(`https://evil.example.com${statusUrl}`, parseForm(request.body));
    expect(await verdict({ ...request, url: `https://evil.example.com${statusUrl}`, signature: sign(text) })).toBe(
      "signature_mismatch",
    );
  });

  test("a JSON request's signature does not carry a form, nor a form's a JSON body", async () => {
    const url = "/twilio/x?bodySHA256=31a01bc0e2ce4b22a4ac0c8f0f03873a7847bd42ea7b57356aedbd62b17b703f";
    const signature = sign(publicUrl + url);
    expect(
      await verdict({ url, contentType: "application/json", body: fixture("intelligence-transcript.json"), signature }),
    ).toBe("accepted");
    expect(await verdict({ url, body: statusBody, signature })).toBe("signature_mismatch");
    expect(await verdict({ ...request, contentType: "application/json", signature: statusSignature })).toBe(
      "signature_mismatch",
    );
  });
});

describe("the public URL", () => {
  const body = callSidOnly;
  const cases: readonly (readonly [string, string, string])[] = [
    ["a path that the proxy strips", "https://app.example.com/offhook", "https://app.example.com/offhook/hook"],
    ["slashes at the end", "https://app.example.com/offhook//", "https://app.example.com/offhook/hook"],
    ["credentials", "https://user:p%40ss@app.example.com", "https://app.example.com/hook"],
    ["credentials with an at sign", "https://user:p@ss@app.example.com", "https://app.example.com/hook"],
    ["credentials, a port and a path", "https://u:p@app.example.com:8443/a", "https://app.example.com/a/hook"],
    ["a port that Twilio keeps", "https://app.example.com:8443", "https://app.example.com:8443/hook"],
    ["a query", "https://app.example.com?x=1", "https://app.example.com/hook"],
    ["a scheme in capitals", "HTTPS://app.example.com", "https://app.example.com/hook"],
    ["this machine by IPv6", "http://[::1]:3000", "http://[::1]:3000/hook"],
    ["this machine", "http://localhost:3000", "http://localhost:3000/hook"],
  ];

  test.each(cases)("with %s (%s) signs %s", async (_title, configured, signed) => {
    expect(
      await verdict({ url: "/hook", body, signature: sign(`${signed}CallSidCA1`) }, { publicUrl: configured }),
    ).toBe("accepted");
  });

  test("a path that the proxy strips is required", async () => {
    expect(
      await verdict(
        { url: "/hook", body, signature: sign("https://app.example.com/hookCallSidCA1") },
        {
          publicUrl: "https://app.example.com/offhook",
        },
      ),
    ).toBe("signature_mismatch");
  });

  test("credentials are not part of what is signed", async () => {
    expect(
      await verdict(
        { url: "/hook", body, signature: sign("https://u:p@app.example.com/hookCallSidCA1") },
        {
          publicUrl: "https://u:p@app.example.com",
        },
      ),
    ).toBe("signature_mismatch");
  });

  test.each(["", "app.example.com", "http://app.example.com", "wss://app.example.com", "ftp://localhost", "https://"])(
    "%j is refused when the provider is made",
    (wrong) => {
      expect(() => twilio({ authToken: token, publicUrl: wrong })).toThrow(
        expect.objectContaining({ code: "option_invalid" }),
      );
    },
  );
});

describe("the cost of a forgery", () => {
  const count = async (request: Received, options: Partial<TwilioOptions> = {}): Promise<number> => {
    const { message } = twilioVerification({ authToken: token, publicUrl, ...options });
    // Twilio's declaration is content that takes parsing to find, not a layout.
    return (await (message as SignedContent).candidates(received(request))).messages.length;
  };
  const forged = { url: statusUrl, body: fixture("status-completed.txt") };

  test("is one message by default", async () => {
    expect(await count(forged)).toBe(1);
    expect(await count({ ...forged, method: "GET" })).toBe(1);
  });

  test("is one message for another account's request", async () => {
    expect(await count(forged, { accountSid: "AC1" })).toBe(1);
  });

  test("is nothing for a JSON body that its hash does not fit", async () => {
    expect(await count({ ...forged, contentType: "application/json" })).toBe(0);
  });

  test("is never more than three messages", async () => {
    const url = `/%27?${"a=%27&".repeat(500)}`;
    for (const port of ["", ":443", ":8443"]) {
      const options = { publicUrl: publicUrl + port, accountSid: "AC0123456789abcdef0123456789abcdef" };
      expect(await count({ ...forged, url }, options)).toBeLessThanOrEqual(3);
    }
  });
});

describe("signing", () => {
  const verification = twilioVerification({ authToken: token, publicUrl });

  test("gives the vectors", async () => {
    const signed = await signRequest(verification, {
      method: "POST",
      url: statusUrl,
      headers: { "content-type": formType },
      body: fixture("status-completed.txt"),
    });
    expect(signed.headers["x-twilio-signature"]).toBe(statusSignature);
  });

  test.each([
    ["/twilio/intelligence", "/twilio/intelligence?"],
    ["/twilio/intelligence?a=1", "/twilio/intelligence?a=1&"],
  ])("adds the hash of a JSON body to %s", async (url, expected) => {
    const signed = await signRequest(verification, {
      method: "POST",
      url,
      headers: { "content-type": "application/json" },
      body: fixture("intelligence-transcript.json"),
    });
    const hash = "31a01bc0e2ce4b22a4ac0c8f0f03873a7847bd42ea7b57356aedbd62b17b703f";
    expect(signed.url).toBe(`${expected}bodySHA256=${hash}`);
    expect((await signRequest(verification, signed)).url).toBe(signed.url);
  });
});
