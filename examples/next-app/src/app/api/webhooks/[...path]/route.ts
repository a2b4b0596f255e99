import { toNextHandlers } from "@offhook/adapters-next";
import { offhook } from "../../../../lib/offhook.ts";

export const runtime = "nodejs"; // for SQLite
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = toNextHandlers(offhook);
