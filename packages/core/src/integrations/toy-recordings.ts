import type { Fetch } from "../api/api-client.ts";
import type { CallEventDraft } from "../call-event.ts";
import type { Recording } from "../call.ts";
import type { MemoryArchive } from "./memory-archive.ts";
import type { ProviderApi } from "../provider-api.ts";
import { ToyVendor } from "./toy-api.ts";
import { openToy } from "../toy-offhook.ts";
import type { ToyPayload } from "../toy-provider.ts";

/** A call that ends and its recording, for core's own tests. */

/** When the call ends, and the clock begins. */
export const start = Date.UTC(2026, 10, 20, 10, 1);
export const ended: ToyPayload = {
  call: "c1",
  type: "call.ended",
  status: "completed",
  at: "2026-11-20T10:01:00.000Z",
};

export const recording: Recording = {
  id: "r1",
  provider: "toy",
  state: "available",
  url: "https://recordings.example.com/r1",
  channels: null,
  durationSeconds: 12,
  expiresAt: null,
};

export const recorded = (recordings: readonly Recording[]): CallEventDraft => ({
  type: "call.recorded",
  occurredAt: "2026-11-20T10:02:00.000Z",
  references: [{ provider: "toy", id: "c1", kind: "session" }],
  facts: { recordings },
});

export function openRecordings(api: Partial<ProviderApi>, archive?: MemoryArchive) {
  let nowMs = start;
  const { offhook, send } = openToy({
    providers: [new ToyVendor().provider({ recordingHosts: ["recordings.example.com"], ...api })],
    // As on a serverless platform: nothing runs unless it is asked to.
    runJobs: false,
    now: () => nowMs,
    ...(archive === undefined ? {} : { archive }),
  });
  return {
    offhook,
    send,
    setTime(seconds: number) {
      nowMs = start + seconds * 1000;
    },
    async drainAfter(seconds: number) {
      nowMs = start + seconds * 1000;
      return offhook.drain();
    },
    open: async (callId = "call_toy_c1", range?: string) =>
      offhook.integrations?.openRecording(callId, range === undefined ? {} : { range }),
    recordings: async () => (await offhook.calls.get("call_toy_c1"))?.recordings,
  };
}

/** A host that has what it is given; counts what it was asked. */
export function host(answer: (url: URL) => Response): { readonly fetch: Fetch; readonly asked: string[] } {
  const asked: string[] = [];
  const fetch: Fetch = (input) => {
    const url = new URL(input instanceof Request ? input.url : String(input));
    asked.push(url.href);
    return Promise.resolve(answer(url));
  };
  return { fetch, asked };
}

export const sound = (text = "sound", type = "audio/mpeg"): Response =>
  new Response(text, { headers: { "content-type": type, "content-length": String(text.length) } });

export const locate = { locateRecording: ({ url }: Recording) => Promise.resolve({ url: url ?? "" }) };

/** A WAV with a header and nothing to hear. */
export function emptyWav(): string {
  const bytes = new Uint8Array(44);
  const write = (offset: number, text: string): void => bytes.set(new TextEncoder().encode(text), offset);
  write(0, "RIFF");
  write(8, "WAVEfmt ");
  bytes[16] = 16;
  write(36, "data");
  return new TextDecoder().decode(bytes);
}
