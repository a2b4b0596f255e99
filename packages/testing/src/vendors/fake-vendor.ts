import type { SampleOptions } from "../sample.ts";

/**
 * A vendor's HTTP API on this machine, with calls in it. Knows what Offhook's clients ask for, and nothing else of the
 * vendor. Everything is in memory.
 */
export interface FakeVendor {
  readonly provider: string;
  /** The hosts that it answers for, such as `api.twilio.com`, and where its recordings lie. */
  readonly hosts: readonly string[];
  /**
   * Adds a call as it is after its whole life: the same options, given to the vendor's life such as `twilioLife`, give
   * the webhooks of the same call. One that is there already is replaced.
   * @returns the vendor's id of the call.
   */
  add(options?: SampleOptions): string;
  /** Takes a call away, as marking it as spam does. */
  remove(id: string): void;
  /** How many requests it has answered. */
  readonly requests: number;
  answer(request: Request): Promise<Response>;
}

/** Where a vendor would send its webhooks, as it was told by its API. */
export interface FakeWebhook {
  /** Of what sends them: a number, an event, an agent. */
  readonly name: string;
  readonly url: string;
}
