import type { ServerResponse } from "node:http";
import type { Offhook } from "../offhook.ts";
import { fromNodeRequest, type NodeRequest, type NodeRequestOptions } from "./from-node-request.ts";
import { sendAnswer, sendAnswerAndClose } from "./send-answer.ts";

/**
 * Lets an Offhook answer a request. For doors to frameworks on Node.
 *
 * Rejects only for a mistake in somebody's code, such as a header that cannot be sent; refusals are answers.
 */
export async function answerNodeRequest(
  offhook: Pick<Offhook, "handle">,
  request: NodeRequest,
  response: ServerResponse,
  options: NodeRequestOptions,
): Promise<void> {
  const { incoming, wasGivenUp } = fromNodeRequest(request, options);
  const answer = await offhook.handle(incoming);
  if (wasGivenUp()) sendAnswerAndClose(request, response, answer);
  else sendAnswer(request, response, answer);
}
