import { toNextHandlers } from "@offhook/adapters-next";
import { subject } from "../../../../../subject.ts";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = toNextHandlers(subject.offhook);
