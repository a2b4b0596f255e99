import type { OffhookOptions } from "./offhook-options.ts";
import { openToy, type ToyOffhook } from "./toy-offhook.ts";
import { toyRequest } from "./toy-provider.ts";

/** An Offhook for core's own tests, and senders of several addresses. */
export interface ToySenders extends ToyOffhook {
  /** An unsigned delivery; gives its status. */
  readonly ask: (remoteAddress: string | undefined) => Promise<number>;
  /** A genuine one of a call. */
  readonly sendFrom: (
    remoteAddress: string,
    call: string,
    headers?: { readonly [name: string]: string },
  ) => Promise<number>;
}

export function openSenders(given: Partial<OffhookOptions> = {}): ToySenders {
  const toy = openToy(given);
  return {
    ...toy,
    async ask(remoteAddress) {
      const request = { method: "POST", url: "/api/webhooks/toy", headers: {}, body: new Uint8Array(), remoteAddress };
      return (await toy.offhook.handle(request)).status;
    },
    async sendFrom(remoteAddress, call, headers = {}) {
      const request = await toyRequest({ call });
      const sent = { ...request, headers: { ...request.headers, ...headers }, remoteAddress };
      return (await toy.offhook.handle(sent)).status;
    },
  };
}
