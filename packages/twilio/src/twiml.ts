import { createReference, type InboundAnswer, type InboundQuestion, type VendorReply } from "@offhook/core";
import { phoneOf } from "./parties.ts";
import type { TwilioFields } from "./payload.ts";

/** Ends the TwiML that asked: valid, says nothing, plays nothing. */
export const emptyTwiml: VendorReply = twiml("<Response/>");

/** What a voice webhook asks: which TwiML to run. */
export function questionOf(fields: TwilioFields): InboundQuestion {
  const sid = fields["CallSid"];
  return {
    from: phoneOf(fields["From"]),
    to: phoneOf(fields["To"]),
    agentId: null,
    references: sid === undefined || sid === "" ? [] : [createReference("twilio", sid, "leg")],
    reply: (answer) => replyOf(fields, answer),
  };
}

function replyOf(fields: TwilioFields, answer: InboundAnswer | undefined): VendorReply {
  if (answer?.reject === true) {
    // Only a call that nobody answered yet can be rejected. https://www.twilio.com/docs/voice/twiml/reject
    return twiml(`<Response>${fields["CallStatus"] === "ringing" ? "<Reject/>" : "<Hangup/>"}</Response>`);
  }
  return answer?.twiml === undefined ? emptyTwiml : { contentType: "text/xml; charset=utf-8", body: answer.twiml };
}

function twiml(document: string): VendorReply {
  return { contentType: "text/xml; charset=utf-8", body: `<?xml version="1.0" encoding="UTF-8"?>${document}` };
}
