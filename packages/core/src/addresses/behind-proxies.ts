import type { ClientAddress } from "../client-address.ts";
import { ConfigurationError } from "../errors.ts";
import { headerOf, isHeaderName } from "../headers.ts";
import { addressRanges, readAddress } from "./address-ranges.ts";

export interface ProxyOptions {
  /**
   * Addresses and CIDR ranges of your own proxies. `"any"` only where nothing but the platform's proxy can reach the app,
   * as on Vercel or Workers: anywhere else it lets every sender choose an address.
   */
  readonly trusted: readonly string[] | "any";
  /**
   * The header that they write: a list to which each proxy adds at the right, or a single address (`x-real-ip`,
   * `cf-connecting-ip`, `x-vercel-forwarded-for`). Default `x-forwarded-for`.
   */
  readonly header?: string;
}

/**
 * The client's address from a header of proxies that are believed: from the right, the first hop that is not one of them.
 * What stands further left was written by the client and counts for nothing. A request that does not come from such a
 * proxy has the address of its connection, whatever its headers say.
 *
 * @example
 * createOffhook({ …, clientAddress: behindProxies({ trusted: ["10.0.0.0/8"] }) });
 *
 * @throws ConfigurationError `option_invalid` for a range or header name that is none.
 */
export function behindProxies({ trusted, header = "x-forwarded-for" }: ProxyOptions): ClientAddress {
  if (!isHeaderName(header)) {
    throw new ConfigurationError("option_invalid", `behindProxies: expected the name of a header, got something else`);
  }
  const name = header.toLowerCase();
  const isTrusted = trusted === "any" ? undefined : addressRanges(trusted);
  return ({ remoteAddress, headers }) => {
    if (isTrusted !== undefined && (remoteAddress === undefined || !isTrusted(remoteAddress))) return remoteAddress;
    let client = remoteAddress;
    for (const hop of (headerOf(headers, name) ?? "").split(",").toReversed()) {
      const address = addressOfHop(hop.trim());
      // A proxy of ours that does not know who asked it; what stands further left may be anybody's.
      if (address === undefined) break;
      client = address;
      if (isTrusted === undefined || !isTrusted(address)) break;
    }
    return client;
  };
}

/** Some proxies add the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function addressOfHop(hop: string): string | undefined {
  const [, bracketed, dotted] = /^(?:\[([^\]]+)\](?::\d+)?|(\d+(?:\.\d+){3}):\d+)$/.exec(hop) ?? [];
  return readAddress(bracketed ?? dotted ?? hop)?.toString();
}
