import { ApiError, OffhookError, type Offhook, type OpenedRecording } from "@offhook/core";
import type { Response } from "express";
import { refuse } from "./answers.ts";
import { howToSetUp, refuseForOperator } from "./operator-message.ts";
import type { MissingByProvider } from "./vendor-variables.ts";

type Nothing = Extract<OpenedRecording, { type: "nothing" }>;

/** What was asked for. */
interface RecordingRequest {
  readonly callId: string;
  /** Undefined: the best of the call. */
  readonly recordingId: string | undefined;
}

export interface RecordingRefusals {
  /** Why there is nothing to hear, for whoever looks at it. */
  nothing(response: Response, request: RecordingRequest, state: Nothing["state"]): Promise<void>;
  /** @throws the error itself where its own words will do. */
  failed(response: Response, request: RecordingRequest, error: unknown): Promise<void>;
}

const reasons: { readonly [State in Nothing["state"]]?: string } = {
  pending: "The recording is not ready yet",
  none_expected: "No recording of the call is known",
  expired: "The vendor has let go of the recording",
  empty: "The recording has no sound",
  failed: "The recording never came, or cannot be reached",
};

/** The answers that have no sound. */
export function recordingRefusals(offhook: Offhook, missing: MissingByProvider): RecordingRefusals {
  return {
    async nothing(response, { callId, recordingId }, state) {
      const call = await offhook.calls.get(callId);
      if (call === undefined) {
        const message = "There is no such call; this route takes Offhook's id of the call, such as call_twilio_CA…";
        return refuse(response, "not_found", { message, state: "unknown" });
      }
      if (state === "unknown" && recordingId !== undefined) {
        return refuse(response, "not_found", { message: "The call has no recording with this id", state });
      }
      if (state === "pending") response.setHeader("retry-after", "60");
      const setUp = state === "none_expected" ? howToSetUp(providersOf(call.references), missing) : undefined;
      const unasked = setUp === undefined ? "" : `, and its vendor is not asked for one. ${setUp}`;
      const reason = reasons[state];
      const message = reason === undefined ? undefined : `${reason}${unasked}`;
      refuse(response, "recording_missing", { message, state });
    },
    async failed(response, request, error) {
      if (!(error instanceof OffhookError)) throw error;
      const providers = error instanceof ApiError ? [error.provider] : await providersOfRecordings(request);
      refuseForOperator(response, error, providers, missing);
    },
  };

  /** Of those that may have been meant. */
  async function providersOfRecordings({ callId, recordingId }: RecordingRequest): Promise<readonly string[]> {
    const { recordings = [] } = (await offhook.calls.get(callId)) ?? {};
    return providersOf(recordings.filter(({ id }) => recordingId === undefined || id === recordingId));
  }
}

const providersOf = (parts: readonly { readonly provider: string }[]): readonly string[] => [
  ...new Set(parts.map(({ provider }) => provider)),
];
