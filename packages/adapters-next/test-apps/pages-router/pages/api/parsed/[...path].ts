import { toNextPagesHandler } from "@offhook/adapters-next";
import { subject } from "../../../../subject.ts";

/** The mistake that the handler has to tell: Next's body parser is on. */
export default toNextPagesHandler(subject.offhook);
