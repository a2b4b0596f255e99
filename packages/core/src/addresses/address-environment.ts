import type { AddressFilter, ClientAddress } from "../client-address.ts";
import type { EnvironmentReader } from "../from-env.ts";
import { isHeaderName } from "../headers.ts";
import { addressRanges } from "./address-ranges.ts";
import { behindProxies } from "./behind-proxies.ts";

const expected = 'addresses or ranges such as "10.0.0.0/8", separated by commas';
const ranges = (text: string): readonly string[] => text.split(",").map((range) => range.trim());

/**
 * Reads `OFFHOOK_TRUSTED_PROXIES` (addresses and ranges, or `any`) and `OFFHOOK_CLIENT_ADDRESS_HEADER` into the option
 * `clientAddress` of an Offhook; nothing where the first is not set.
 */
export const clientAddressEnvironment: EnvironmentReader<{ readonly clientAddress?: ClientAddress }> = (variables) => {
  const isDeclared = variables.optionalText("OFFHOOK_TRUSTED_PROXIES") !== undefined;
  const header = variables.optional(
    "OFFHOOK_CLIENT_ADDRESS_HEADER",
    "the name of a header, together with OFFHOOK_TRUSTED_PROXIES",
    (name) => {
      if (!isDeclared || !isHeaderName(name)) throw new TypeError("no header that anybody is believed by");
      return name;
    },
  );
  const clientAddress = variables.optional("OFFHOOK_TRUSTED_PROXIES", `${expected}, or "any"`, (text) =>
    behindProxies({ trusted: text === "any" ? "any" : ranges(text), ...(header === undefined ? {} : { header }) }),
  );
  return clientAddress === undefined ? {} : { clientAddress };
};

/**
 * Reads lists of addresses into the option `allowedAddresses` of an Offhook.
 *
 * @param names the variable of each provider, such as `{ elevenlabs: "ELEVENLABS_WEBHOOK_IP_WHITELIST" }`; one that is
 * not set allows everybody.
 */
export function allowedAddressesEnvironment(names: {
  readonly [provider: string]: string;
}): EnvironmentReader<{ readonly allowedAddresses: { readonly [provider: string]: AddressFilter } }> {
  return (variables) => {
    const allowedAddresses: { [provider: string]: AddressFilter } = {};
    for (const [provider, name] of Object.entries(names)) {
      const filter = variables.optional(name, expected, (text) => addressRanges(ranges(text)));
      if (filter !== undefined) allowedAddresses[provider] = filter;
    }
    return { allowedAddresses };
  };
}
