import { signRequest, type Provider, type SignableRequest } from "@offhook/core";

/** A request as a vendor would send it, before it is signed. */
export interface SampleRequest {
  readonly provider: string;
  /** The vendor's name of the event, such as `call_ended`. */
  readonly name: string;
  /** The route's main path below the prefix. */
  readonly path: string;
  readonly method: "GET" | "POST";
  /** Without its question mark; empty for none. */
  readonly query: string;
  /** Null for a GET. */
  readonly contentType: string | null;
  /** Exactly these bytes, as UTF-8. */
  readonly body: string;
  /** Whether it says something of a call or lead, or is only kept. */
  readonly mapped: boolean;
}

/** What makes samples of one life belong together. */
export interface SampleOptions {
  /** Makes ids unique: lives with different keys are different calls. Hexadecimal digits; default `"0"`. */
  readonly key?: string;
  /** When the call starts. Milliseconds since 1970; default 2026-11-20T10:00:00Z. */
  readonly startMs?: number;
  /** The caller's number. E.164. */
  readonly from?: string;
  /** The number called. E.164. */
  readonly to?: string;
  /** The Twilio CallSid that carries the call, for vendors that talk on a carrier's leg. */
  readonly callSid?: string;
}

/** Options with every default filled in. */
export interface SampleContext {
  readonly key: string;
  readonly startMs: number;
  readonly from: string;
  readonly to: string;
  readonly callSid: string;
}

export function sampleContext(options: SampleOptions = {}): SampleContext {
  const key = options.key ?? "0";
  return {
    key,
    startMs: options.startMs ?? Date.UTC(2026, 10, 20, 10),
    from: options.from ?? "+14155550199",
    to: options.to ?? "+14155550100",
    callSid: options.callSid ?? `CA${hexDigits(key, 32)}`,
  };
}

/** The key, repeated to a number of hexadecimal digits. */
export function hexDigits(key: string, length: number): string {
  return key.padStart(length, "0").slice(-length);
}

/** A genuine request, with a body that `fetch` takes. */
export interface SignedSample extends SignableRequest {
  readonly body: Uint8Array<ArrayBuffer>;
}

export interface SignSampleOptions {
  /** Where the handler is mounted; default `/api/webhooks`. */
  readonly prefix?: string;
  /** The time to sign. Milliseconds since 1970; default: now. */
  readonly nowMs?: number;
  /** Marks it by the header `offhook-test`, so that the call it makes has `test: true`. */
  readonly test?: boolean;
}

/**
 * Signs a sample with a provider's own declaration, so that it is genuine for an Offhook with that provider.
 *
 * @throws RangeError for a sample of another provider.
 */
export async function signSample(
  provider: Provider,
  sample: SampleRequest,
  { prefix = "/api/webhooks", nowMs = Date.now(), test = false }: SignSampleOptions = {},
): Promise<SignedSample> {
  const route = provider.routes.find(({ paths }) => paths.includes(sample.path));
  if (route === undefined || provider.name !== sample.provider) {
    throw new RangeError(`signSample: provider "${provider.name}" has no route "${sample.path}"`);
  }
  const signed = await signRequest(
    route.verification,
    {
      method: sample.method,
      url: `${prefix}/${sample.path}${sample.query === "" ? "" : `?${sample.query}`}`,
      headers: {
        ...(sample.contentType === null ? {} : { "content-type": sample.contentType }),
        ...(test ? { "offhook-test": "true" } : {}),
      },
      body: new TextEncoder().encode(sample.body),
    },
    { nowMs },
  );
  // The bytes of the encoder above.
  return signed as SignedSample;
}
