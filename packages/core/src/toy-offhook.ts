import type { Answer } from "./delivery.ts";
import { silentLogger } from "./logger.ts";
import { memoryStorage } from "./memory-storage.ts";
import type { OffhookOptions } from "./offhook-options.ts";
import { createOffhook, type Offhook } from "./offhook.ts";
import { toyProvider, toyRequest, type ToyPayload } from "./toy-provider.ts";

/** An Offhook for core's own tests, which is told what happens by `send`. */
export interface ToyOffhook {
  readonly offhook: Offhook;
  /** A genuine delivery. */
  readonly send: (payload: ToyPayload) => Promise<Answer>;
}

/** In memory, silent, and without jobs unless they are drained. */
export function openToy(given: Partial<OffhookOptions> = {}): ToyOffhook {
  const offhook = createOffhook({
    providers: [toyProvider()],
    storage: memoryStorage(),
    logger: silentLogger,
    runJobs: false,
    ...given,
  });
  return { offhook, send: async (payload) => offhook.handle(await toyRequest(payload)) };
}
