import { toNextHandlers } from "@offhook/adapters-next";
import { accepted, isGenuine, jsonType } from "../../../../../src/adapters/bare.ts";
import { signatureHeader, verifyingReceiver, wholeReceiver } from "../../../../../src/adapters/receivers.ts";

const behind = process.env["BEHIND"];

async function bare(request: Request): Promise<Response> {
  const body = new Uint8Array(await request.arrayBuffer());
  const genuine = isGenuine(request.headers.get(signatureHeader), body);
  return new Response(accepted, { status: genuine ? 200 : 401, headers: { "content-type": jsonType } });
}

export const POST =
  behind === "bare" ? bare : toNextHandlers(behind === "whole" ? wholeReceiver() : verifyingReceiver()).POST;
