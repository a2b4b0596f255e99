import type { InboundAnswer, InboundQuestion, VendorReply } from "./provider.ts";
import { describeError, type Logger } from "./logger.ts";

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
  /** When not even the safe answer can be written. */
  readonly fallbackReply: VendorReply | undefined;
}

/** The app's answer in the vendor's format; the safe one when the app has none in time. Never throws. */
export async function answerQuestion(
  provider: string,
  question: InboundQuestion,
  options: AnswerOptions,
): Promise<VendorReply | undefined> {
  const { logger, fallbackReply } = options;
  try {
    return question.reply(await askApp(provider, question, options));
  } catch (error) {
    logger.error(
      { provider, error: describeError(error) },
      `[${provider}] onInbound failed: answered with the default`,
    );
  }
  try {
    return question.reply(undefined);
  } catch (error) {
    logger.error({ provider, error: describeError(error) }, `[${provider}] the default answer failed too`);
    return fallbackReply;
  }
}

async function askApp(
  provider: string,
  { from, to, agentId, references }: InboundQuestion,
  { responder, timeoutMs }: AnswerOptions,
): Promise<InboundAnswer | undefined> {
  if (responder === undefined) return undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`onInbound took more than ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([responder({ provider, from, to, agentId, references }), late]);
  } finally {
    clearTimeout(timer);
  }
}
