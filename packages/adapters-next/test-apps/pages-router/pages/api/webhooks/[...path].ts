import { toNextPagesHandler } from "@offhook/adapters-next";
import { subject } from "../../../../subject.ts";

export default toNextPagesHandler(subject.offhook);

export const config = { api: { bodyParser: false } };
