/**
 * Whose request it is: proxies that are believed, and ranges of addresses.
 * @module addresses
 */
export { addressRanges } from "./addresses/address-ranges.ts";
export { behindProxies, type ProxyOptions } from "./addresses/behind-proxies.ts";
export { allowedAddressesEnvironment, clientAddressEnvironment } from "./addresses/address-environment.ts";
