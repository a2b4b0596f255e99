import {
  createOffhook,
  memoryStorage,
  verifyDelivery,
  type Answer,
  type HmacVerification,
  type IncomingRequest,
  type Offhook,
  type Provider,
} from "@offhook/core";

export const secret = "0123456789abcdef0123456789abcdef";
export const signatureHeader = "x-bench-signature";
export const benchPath = "/api/webhooks/bench";

const verification: HmacVerification = {
  type: "hmac",
  hash: "sha256",
  encoding: "hex",
  secrets: secret,
  header: signatureHeader,
  format: { type: "plain" },
  message: ["body"],
};

const provider: Provider = {
  name: "bench",
  routes: [
    {
      paths: ["bench"],
      kind: "",
      methods: ["POST"],
      contentTypes: ["application/json"],
      verification,
      translate: () => ({ kind: "bench", events: [] }),
    },
  ],
};

/** The whole receiver: verification, identity, journal. In memory, so that no disk is measured. */
export function wholeReceiver(): Offhook {
  return createOffhook({ providers: [provider], storage: memoryStorage(), runJobs: false });
}

const accepted: Answer = {
  status: 200,
  headers: { "content-type": "application/json; charset=utf-8" },
  body: '{"success":true,"id":"dlv_00000000000000000000000000","duplicate":false}',
};
const refused: Answer = { ...accepted, status: 401 };

/** An Offhook that verifies and does nothing else: what is left is the adapter and the check that bare handlers make. */
export function verifyingReceiver(): Offhook {
  return {
    ...wholeReceiver(),
    async handle(request: IncomingRequest) {
      const { method, url, headers, body } = request;
      const bytes = typeof body === "function" ? await body(1024 * 1024) : body;
      const receivedAtMs = Date.now();
      try {
        await verifyDelivery(
          verification,
          { method, url, query: "", headers, body: bytes, receivedAtMs },
          { nowMs: receivedAtMs },
        );
        return accepted;
      } catch {
        return refused;
      }
    },
  };
}
