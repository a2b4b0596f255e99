/**
 * Doors to Node's own HTTP servers, and what adapters to frameworks on Node are made of.
 * @module node
 */

// For apps.
export { toNodeHandler, type NodeHandler } from "./node/node-handler.ts";

// For adapters to frameworks.
export { answerNodeRequest } from "./node/answer-node-request.ts";
export {
  fromNodeRequest,
  type NodeRequest,
  type NodeRequestOptions,
  type ReadableNodeRequest,
} from "./node/from-node-request.ts";
export { withinDeadline } from "./node/within-deadline.ts";
export { sendAnswer, sendAnswerAndClose } from "./node/send-answer.ts";
