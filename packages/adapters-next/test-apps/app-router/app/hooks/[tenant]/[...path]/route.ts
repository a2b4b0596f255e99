import { toNextHandlers } from "@offhook/adapters-next";
import { subject } from "../../../../../subject.ts";

export const { GET, POST } = toNextHandlers(subject.offhook);
