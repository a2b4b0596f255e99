import { createReference } from "./references.ts";
import { parseJson } from "./json.ts";
import type { CallEventType } from "./call-event.ts";
import type { CallStatus, Recording } from "./call.ts";
import { phoneFromE164 } from "./e164.ts";
import type { IncomingRequest } from "./delivery.ts";
import { PayloadError } from "./errors.ts";
import type { Provider, Translation } from "./provider.ts";
import { signRequest } from "./sign.ts";
import type { Verification } from "./verification.ts";

/** A provider for core's own tests: JSON of a known shape, signed by a keyed hash. */

export interface ToyPayload {
  readonly call?: string;
  readonly leg?: string;
  readonly type?: CallEventType;
  readonly status?: CallStatus;
  readonly at?: string | null;
  readonly note?: string;
  readonly lead?: string;
  /** The caller, in E.164. */
  readonly from?: string;
  readonly recordings?: readonly Recording[];
  /** What the mapper should do wrong. */
  readonly trouble?: "throws" | "unreadable" | "deep" | "bad-id";
  readonly asks?: boolean;
}

export const toyVerification: Verification = {
  type: "hmac",
  hash: "sha256",
  encoding: "hex",
  secrets: "toy secret",
  header: "x-toy-signature",
  format: { type: "plain" },
  message: ["body"],
};

export function toyProvider(given: { verification?: Verification; acknowledgement?: 200 | 204 } = {}): Provider {
  return {
    name: "toy",
    routes: [
      {
        paths: ["toy", "/old/toy"],
        kind: "",
        methods: ["POST"],
        contentTypes: ["application/json"],
        verification: given.verification ?? toyVerification,
        acknowledgement: given.acknowledgement ?? 200,
        secretQueryFields: ["token"],
        maxBodyBytes: 4096,
        translate: ({ body }) => translate(parseJson(body) as ToyPayload),
      },
    ],
  };
}

function translate(payload: ToyPayload): Translation {
  if (payload.trouble === "throws") throw new TypeError("a mistake in the mapper");
  if (payload.trouble === "unreadable") throw new PayloadError("payload_invalid", "not what the vendor documents");
  const references = [
    ...(payload.call === undefined ? [] : [createReference("toy", payload.call, "session")]),
    ...(payload.leg === undefined ? [] : [createReference("carrier", payload.leg, "leg")]),
    ...(payload.trouble === "bad-id" ? [createReference("toy", "a\u0000", "session")] : []),
  ];
  let metadata: unknown = null;
  if (payload.trouble === "deep") for (let depth = 0; depth < 50_000; depth += 1) metadata = [metadata];
  return {
    kind: payload.type ?? "other",
    events:
      payload.type === undefined
        ? []
        : [
            {
              type: payload.type,
              occurredAt: payload.at ?? null,
              references,
              facts: {
                status: payload.status,
                note: payload.note,
                from: phoneFromE164(payload.from),
                recordings: payload.recordings,
                metadata: metadata as null,
              },
            },
          ],
    leads:
      payload.lead === undefined
        ? []
        : [
            {
              type: "lead.received",
              occurredAt: null,
              references: [createReference("toy", payload.lead, "session")],
              facts: { firstName: "Ana" },
            },
          ],
    ...(payload.asks === true
      ? {
          question: {
            from: null,
            to: null,
            agentId: "agent_1",
            references,
            reply: (answer) => ({ contentType: "application/json", body: JSON.stringify(answer ?? { default: true }) }),
          },
        }
      : {}),
  };
}

/** A genuine request. */
export async function toyRequest(
  payload: ToyPayload | string,
  url = "/api/webhooks/toy",
): Promise<IncomingRequest & { body: Uint8Array }> {
  const body = new TextEncoder().encode(typeof payload === "string" ? payload : JSON.stringify(payload));
  return signRequest(toyVerification, { method: "POST", url, headers: { "content-type": "application/json" }, body });
}
