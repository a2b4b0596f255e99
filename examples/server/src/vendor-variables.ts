/** What a variable's value has to be like. */
interface Shape {
  /** Completes "expected …". */
  readonly expected: string;
  readonly pattern: RegExp;
}

interface VendorVariables {
  /** All of these open the vendor's API. */
  readonly client: { readonly [name: string]: Shape };
  /** These are wanted besides, to tell the vendor where to send its webhooks. */
  readonly webhooks?: { readonly [name: string]: Shape };
}

const key: Shape = { expected: "a key of ASCII characters without blanks", pattern: /^[\x21-\x7e]+$/ };

/** By provider, with what the clients take, so that a bad value shows at the start by the name of its variable. */
const vendorVariables: { readonly [provider: string]: VendorVariables } = {
  callrail: {
    client: {
      CALLRAIL_API_KEY: key,
      CALLRAIL_ACCOUNT_ID: { expected: "ACC and characters, or a number", pattern: /^(?:ACC\w{1,61}|\d{1,19})$/ },
    },
    webhooks: {
      CALLRAIL_COMPANY_ID: { expected: "COM and characters, or a number", pattern: /^(?:COM\w{1,61}|\d{1,19})$/ },
    },
  },
  elevenlabs: { client: { ELEVENLABS_API_KEY: key } },
  twilio: {
    client: {
      TWILIO_ACCOUNT_SID: { expected: "AC and 32 characters", pattern: /^AC\w{1,62}$/ },
      TWILIO_AUTH_TOKEN: key,
    },
  },
  convoso: { client: { CONVOSO_AUTH_TOKEN: key } },
  retell: { client: { RETELL_API_KEY: key } },
};

/** The variables that open a vendor's API. */
export const clientVariables = (provider: string): readonly string[] =>
  Object.keys(vendorVariables[provider]?.client ?? {});

/** The variables that are not set. */
interface MissingVariables {
  /** Without these the vendor is asked nothing. */
  readonly client: readonly string[];
  /** Without these it is not told where to send its webhooks. */
  readonly webhooks: readonly string[];
}

/** Of each provider; of one that is not here, nothing is known. */
export type MissingByProvider = { readonly [provider: string]: MissingVariables };

/**
 * What is missing of each vendor's API, and of those where nothing is, whether it can be right.
 *
 * @param valueOf as it is used: of several, the first.
 * @param problems is told what cannot be right, without the values.
 */
export function checkVendorVariables(
  valueOf: (name: string) => string | undefined,
  problems: string[],
): MissingByProvider {
  const missing: { [provider: string]: MissingVariables } = {};
  for (const [provider, { client, webhooks = {} }] of Object.entries(vendorVariables)) {
    const unset = (shapes: object): string[] => Object.keys(shapes).filter((name) => valueOf(name) === undefined);
    missing[provider] = { client: unset(client), webhooks: unset(webhooks) };
    // What is not used yet does no harm.
    if (missing[provider].client.length > 0) continue;
    for (const [name, { expected, pattern }] of Object.entries({ ...client, ...webhooks })) {
      const value = valueOf(name);
      if (value !== undefined && !pattern.test(value))
        problems.push(`${name}: expected ${expected}, got something else`);
    }
  }
  return missing;
}
