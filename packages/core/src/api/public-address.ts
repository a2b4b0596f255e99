import ipaddr from "ipaddr.js";

/** Serves the machines of Azure. https://learn.microsoft.com/en-us/azure/virtual-network/what-is-ip-address-168-63-129-16 */
const azureHost = "168.63.129.16";

/** What IANA gives out to the public; ipaddr.js calls the rest unicast as well. https://www.rfc-editor.org/rfc/rfc3587 */
const globalUnicast = ipaddr.IPv6.parseCIDR("2000::/3");

/**
 * Whether an address is one of the public internet and of one machine. Addresses that carry another one (v4-mapped, NAT64,
 * 6to4, Teredo) are judged by it where connecting to them is connecting to it, and refused otherwise.
 */
export function isPublicAddress(address: string): boolean {
  // A zone is an interface of this machine.
  if (address.includes("%") || !ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== "unicast") return false;
  return parsed.kind() === "ipv6" ? parsed.match(globalUnicast) : parsed.toString() !== azureHost;
}
