import { toNextHandlers, type NextRouteHandler } from "@offhook/adapters-next";
import { subject } from "../../../../subject.ts";

const handlers = toNextHandlers(subject.offhook);

/** The mistake that the handlers have to tell: somebody has read the body. */
export const POST: NextRouteHandler = async (request, context) => {
  await request.json();
  return handlers.POST(request, context);
};
