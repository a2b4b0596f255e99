import { assertAnswer, genuine, refusedAnswer, type AdapterCase } from "./adapter-case.ts";
import { stall } from "./wire.ts";

const timedOut = refusedAnswer(408, "body_timeout", "The body took too long to arrive");

/** What takes longer than anybody wants to wait with every adapter: about 17 seconds. */
export function slowAdapterCases(): readonly AdapterCase[] {
  return [
    {
      title: "refuses bodies that do not come to an end, with a length and without",
      async run(target) {
        const stated = stall(target.port, await genuine({ body: "x".repeat(100) }), 10);
        const chunked = stall(target.port, await genuine({ body: "x".repeat(100), chunks: [10] }), 10);
        const large = stall(target.port, await genuine({ body: "x".repeat(4_000), chunks: [10] }), 3_000);
        for (const answer of await Promise.all([stated, chunked, large])) assertAnswer(answer, timedOut);
      },
    },
  ];
}
