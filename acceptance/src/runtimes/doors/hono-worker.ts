import { honoApp } from "./hono-app.ts";

/** A Hono app is a Worker already. */
export const serve = honoApp;
