import { createAdapterSubject } from "@offhook/testing/subject";
import type { App } from "./app.ts";

const subject = createAdapterSubject();

/** What the cases of the adapter contract speak to. */
export const app: App = {
  offhook: subject.offhook,
  questions: { "/subject/state": () => subject.state() },
};
