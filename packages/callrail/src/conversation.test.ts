import { describe, expect, test } from "vitest";
import { afterCall, afterChange } from "./fixtures/translated.ts";

const callId = "CAL0f3e9b0c5a7d4c21b1a2c3d4e5f60718";

describe("what was recorded, written down and concluded", () => {
  test.each([
    ["the API's", `https://api.callrail.com/v3/a/1/calls/${callId}/recording.json`],
    ["the redirect", `https://app.callrail.com/calls/${callId}/recording/redirect?access_key=a`],
    ["the player's", `https://app.callrail.com/calls/${callId}/recording?access_key=a`],
  ])("A14: %s address of a recording is kept", (_title, url) => {
    expect(afterCall({ recording: url }).recordings).toEqual([
      {
        provider: "callrail",
        id: callId,
        state: "available",
        url,
        channels: null,
        durationSeconds: 47,
        expiresAt: null,
      },
    ]);
  });

  test("A14: a recording's address is made https", () => {
    const [recording] =
      afterCall({ recording: "http://app.callrail.com/calls/1/recording/redirect?x=http:" }).recordings ?? [];
    expect(recording?.url).toBe("https://app.callrail.com/calls/1/recording/redirect?x=http:");
  });

  test("A14: an address that lasts a day is not kept, the recording is", () => {
    const recording = "https://bucket.s3.us-east-1.amazonaws.com/r.mp3?X-Amz-Expires=86400";
    expect(afterCall({ recording }).recordings).toMatchObject([{ id: callId, state: "available", url: null }]);
  });

  test.each([[null], [""], ["none"], ["javascript:alert(1)"], ["ftp://app.callrail.com/1"], [{}]])(
    "A14: %j is no recording",
    (recording) => {
      expect(afterCall({ recording }).recordings).toBeNull();
    },
  );

  test.each([
    ["8", 8],
    [8, 8],
    ["", null],
    [null, null],
  ])("A14: a recording of %j lasts %j seconds", (duration, expected) => {
    expect(afterCall({ recording_duration: duration }).recordings?.[0]?.durationSeconds).toBe(expected);
  });

  test("A15: a transcript has its turns", () => {
    expect(afterChange().transcript).toEqual({
      text: "Hello. Hi, I need an appointment.",
      turns: [
        { role: "agent", text: "Hello.", startSeconds: 0.4, endSeconds: null },
        { role: "customer", text: "Hi, I need an appointment.", startSeconds: 2.1, endSeconds: null },
      ],
    });
  });

  test("A15: turns make the text where CallRail sends none, and text stands without turns", () => {
    expect(afterChange({ transcription: null }).transcript?.text).toBe("Hello.\nHi, I need an appointment.");
    expect(afterChange({ conversational_transcript: "" }).transcript?.turns).toEqual([]);
    expect(afterChange({ conversational_transcript: null, transcription: null }).transcript).toBeNull();
    expect(afterCall().transcript).toBeNull();
  });

  test("A15: turns of somebody else and without a time are kept", () => {
    const turns = [{ speaker: "whisper", phrase: "New call", start: "0.5" }, { phrase: "Hello" }, { speaker: "agent" }];
    expect(afterChange({ conversational_transcript: turns }).transcript?.turns).toEqual([
      { role: "other", text: "New call", startSeconds: 0.5, endSeconds: null },
      { role: "other", text: "Hello", startSeconds: null, endSeconds: null },
    ]);
  });

  test.each([
    ["Jane asks for an appointment.", "Jane asks for an appointment."],
    [["One.", "Two.", 3], "One.\nTwo."],
    [[], null],
    ["", null],
    [null, null],
  ])("W03: a summary of %j is %j", (summary, expected) => {
    expect(afterChange({ call_summary: summary }).analysis?.summary).toBe(expected);
  });

  test.each([
    ["positive", "positive"],
    ["Negative", "negative"],
    ["neutral", "neutral"],
    ["ecstatic", null],
    ["", null],
  ])("W03: a sentiment of %j is %j", (sentiment, expected) => {
    expect(afterChange({ sentiment }).analysis?.sentiment).toBe(expected);
  });

  test("W03: the score and its reason are data of the analysis; without any there is no analysis", () => {
    expect(afterChange().analysis?.data).toEqual({ lead_score: "good", lead_explanation: "Wants an appointment." });
    expect(afterCall().analysis).toBeNull();
  });
});
