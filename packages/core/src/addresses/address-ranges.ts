import ipaddr from "ipaddr.js";
import type { AddressFilter } from "../client-address.ts";
import { ConfigurationError } from "../errors.ts";

type Range = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/**
 * Single addresses and CIDR ranges, IPv4 and IPv6. An IPv4 address in IPv6 writing (`::ffff:192.0.2.1`) is the IPv4 one.
 *
 * @example
 * createOffhook({ …, allowedAddresses: { retell: addressRanges(["100.20.5.228"]) } });
 *
 * @throws ConfigurationError `option_invalid` for an empty list and for what is neither.
 */
export function addressRanges(ranges: readonly string[]): AddressFilter {
  if (!Array.isArray(ranges) || ranges.length === 0) {
    throw new ConfigurationError("option_invalid", "addressRanges: expected at least one address or range, got none");
  }
  const parsed = ranges.map(readRange);
  return (address) => {
    const found = readAddress(address);
    return (
      found !== undefined && parsed.some(([start, bits]) => start.kind() === found.kind() && found.match(start, bits))
    );
  };
}

/** Undefined for what is no address, and for the writings of IPv4 that machines read in different ways, such as `010.1`. */
export function readAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (text.includes(":") ? !ipaddr.IPv6.isValid(text) : !ipaddr.IPv4.isValidFourPartDecimal(text)) return undefined;
  return ipaddr.process(text);
}

function readRange(range: string): Range {
  const [, text = "", length] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(range.trim()) ?? [];
  const start = readAddress(text);
  if (start !== undefined) {
    const isEmbedded = text.includes(":") && start.kind() === "ipv4";
    const most = start.kind() === "ipv4" ? 32 : 128;
    // The length of a range in IPv6 writing counts from the beginning of that writing.
    const bits = length === undefined ? most : Number(length) - (isEmbedded ? 96 : 0);
    if (bits >= 0 && bits <= most) return [start, bits];
  }
  throw new ConfigurationError(
    "option_invalid",
    `Address: expected one such as "192.0.2.1", or a range such as "192.0.2.0/24" or "2001:db8::/32", got "${range}"`,
  );
}
