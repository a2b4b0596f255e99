import { createAdapterSubject, type AdapterSubject } from "@offhook/testing/subject";

/** Next may load this file more than once. */
const kept = globalThis as { subject?: AdapterSubject };

export const subject = (kept.subject ??= createAdapterSubject());
