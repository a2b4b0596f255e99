import { callrail } from "@offhook/callrail";
import { convoso } from "@offhook/convoso";
import { signRequest, type Provider, type ProviderRoute, type RawDelivery } from "@offhook/core";
import { elevenlabs } from "@offhook/elevenlabs";
import { retell } from "@offhook/retell";
import { twilio } from "@offhook/twilio";
import * as bare from "./bare.ts";
import * as byHand from "./by-hand.ts";
import { callrailBody, convosoBody, elevenlabsBody, retellBody, twilioBody } from "./payloads.ts";

/** One provider with one genuine request, beside the handler that a user would paste. */
export interface Case {
  readonly name: string;
  readonly provider: Provider;
  readonly route: ProviderRoute;
  readonly body: Buffer;
  /** As the vendor would sign it now. */
  readonly proof: string;
  readonly header: string;
  /** The delivery as core gets it, with this proof. */
  readonly delivery: (proof: string) => RawDelivery;
  /** A proof in the right form that fits nothing. */
  readonly forged: string;
  /** The bare check, which also parses where the signature covers parsed fields. */
  readonly check: (proof: string) => unknown;
  /** The rest of the bare handler: parse what the check gave and pick a dozen fields as they are. */
  readonly map: (checked: unknown) => object;
  /** The rest of a handler that makes the same Call. */
  readonly byHand: ((checked: unknown) => object) | undefined;
}

const secret = "0123456789abcdef0123456789abcdef";

const json = (map: (payload: never) => object, body: Buffer) => (): object =>
  // The bare handler takes whatever JSON.parse gives.
  map(JSON.parse(body.toString()) as never);

export async function createCases(): Promise<Case[]> {
  const url = "https://hooks.example.com/api/webhooks/twilio?tenant=t_4821";
  const callrailPost = callrailBody();
  const retell8 = retellBody(8_000);
  const retell60 = retellBody(60_000);
  const eleven30 = elevenlabsBody(30_000);
  const eleven300 = elevenlabsBody(300_000);
  const retellProvider = retell({ apiKey: secret });
  const elevenlabsProvider = elevenlabs({ webhookSecret: secret });
  return Promise.all([
    createCase(
      "twilio form 1 KB",
      twilio({ authToken: secret, publicUrl: "https://hooks.example.com" }),
      "twilio",
      twilioBody,
      {
        query: "tenant=t_4821",
        contentType: "application/x-www-form-urlencoded",
        check: (proof) => bare.checkTwilio(secret, proof, url, twilioBody),
        map: (checked) => bare.mapTwilio(checked as { [name: string]: string }),
        byHand: (checked) => byHand.twilioCall(checked as { [name: string]: string }),
      },
    ),
    createCase("callrail post-call 3 KB", callrail({ signingKey: secret }), "callrail/post-call", callrailPost, {
      check: (proof) => bare.checkCallRail(secret, proof, callrailPost),
      map: json(bare.mapCallRail, callrailPost),
      byHand: json(byHand.callrailCall, callrailPost),
    }),
    createCase(
      "convoso 1 KB",
      convoso({ verification: { hmac: secret }, timeZone: "America/Los_Angeles" }),
      "convoso",
      convosoBody,
      {
        check: (proof) => bare.checkConvoso(secret, proof, convosoBody),
        map: json(bare.mapConvoso, convosoBody),
        byHand: json(byHand.convosoCall, convosoBody),
      },
    ),
    createCase(
      "convoso 1 KB, token",
      convoso({ verification: { headerToken: secret, header: "x-token" }, timeZone: "America/Los_Angeles" }),
      "convoso",
      convosoBody,
      {
        check: (proof) => bare.checkToken(secret, proof),
        map: json(bare.mapConvoso, convosoBody),
        byHand: json(byHand.convosoCall, convosoBody),
      },
    ),
    createCase("retell call_analyzed 8 KB", retellProvider, "retell", retell8, {
      check: (proof) => bare.checkRetell(secret, proof, retell8),
      map: json(bare.mapRetell, retell8),
    }),
    createCase("retell call_analyzed 60 KB", retellProvider, "retell", retell60, {
      check: (proof) => bare.checkRetell(secret, proof, retell60),
      map: json(bare.mapRetell, retell60),
    }),
    createCase("elevenlabs transcription 30 KB", elevenlabsProvider, "elevenlabs", eleven30, {
      check: (proof) => bare.checkElevenLabs(secret, proof, eleven30),
      map: json(bare.mapElevenLabs, eleven30),
    }),
    createCase("elevenlabs transcription 300 KB", elevenlabsProvider, "elevenlabs", eleven300, {
      check: (proof) => bare.checkElevenLabs(secret, proof, eleven300),
      map: json(bare.mapElevenLabs, eleven300),
    }),
  ]);
}

export { secret };

async function createCase(
  name: string,
  provider: Provider,
  path: string,
  body: Buffer,
  given: Pick<Case, "check" | "map"> & {
    readonly byHand?: Case["byHand"];
    readonly query?: string;
    readonly contentType?: string;
  },
): Promise<Case> {
  const route = provider.routes.find(({ paths }) => paths.includes(path));
  if (route === undefined) throw new Error(`No route ${path}`);
  const { verification } = route;
  const header =
    verification.type === "hmac"
      ? verification.header
      : verification.type === "shared-secret" && "header" in verification.in
        ? verification.in.header
        : "";
  const query = given.query ?? "";
  const url = `/api/webhooks/${path}${query === "" ? "" : `?${query}`}`;
  const unsigned = { "content-type": given.contentType ?? "application/json" };
  const signed = await signRequest(verification, { method: "POST", url, headers: unsigned, body });
  const proof = signed.headers[header] ?? "";
  return {
    name,
    provider,
    route,
    body,
    proof,
    header,
    forged: forge(proof),
    delivery: (stated) => ({
      method: "POST",
      url,
      query,
      headers: { ...signed.headers, [header]: stated },
      body,
      receivedAtMs: Date.now(),
    }),
    check: given.check,
    map: given.map,
    byHand: given.byHand,
  };
}

/** Another letter where the signature begins: the same form, fitting nothing. */
function forge(proof: string): string {
  const at = proof.lastIndexOf("=", proof.length - 2) + 1;
  return proof.slice(0, at) + (proof.charAt(at) === "0" ? "1" : "0") + proof.slice(at + 1);
}
