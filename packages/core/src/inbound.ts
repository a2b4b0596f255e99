import type { InboundAnswer, InboundQuestion, VendorReply } from "./provider.ts";
import type { Logger } from "./logger.ts";

/** A question with the name of who asks. */
export interface InboundCall extends Omit<InboundQuestion, "reply"> {
  readonly provider: string;
}

/**
 * Decides about an incoming call. Answer fast: the caller hears it ring. Undefined leaves the vendor's own
 * configuration in force.
 */
export type InboundResponder = (call: InboundCall) => InboundAnswer | undefined | Promise<InboundAnswer | undefined>;

export interface AnswerOptions {
  readonly responder: InboundResponder | undefined;
  readonly timeoutMs: number;
  readonly logger: Logger;
}

/** The app's answer in the vendor's format; the safe one when the app has none in time. Never throws. */
export async function answerQuestion(
  provider: string,
  question: InboundQuestion,
  { responder, timeoutMs, logger }: AnswerOptions,
): Promise<VendorReply> {
  if (responder === undefined) return question.reply(undefined);
  const { from, to, agentId, references } = question;
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => {
        logger.error({ provider, timeoutMs }, "onInbound took too long: answered with the safe default");
        resolve(undefined);
      }, timeoutMs);
    });
    const answer = await Promise.race([responder({ provider, from, to, agentId, references }), late]);
    return question.reply(answer);
  } catch (error) {
    logger.error({ provider, error: String(error) }, "onInbound threw: answered with the safe default");
    return question.reply(undefined);
  } finally {
    clearTimeout(timer);
  }
}
