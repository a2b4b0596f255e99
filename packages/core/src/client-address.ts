import type { HeaderRecord, IncomingRequest } from "./delivery.ts";

/** What a request tells of where it came from. */
export interface Peer {
  /** Who opened the connection; undefined where the platform does not tell. */
  readonly remoteAddress: string | undefined;
  /** Anybody can send any header: believe only what a proxy of your own has written. */
  readonly headers: HeaderRecord;
}

/** Finds the address of the client behind proxies. Never throws; undefined where nobody knows. */
export type ClientAddress = (peer: Peer) => string | undefined;

/** Whether an address, IPv4 or IPv6, is one of those meant. False for what is no address. */
export type AddressFilter = (address: string) => boolean;

/** The request with the client's address in place of the connection's. */
export function withClientAddress(request: IncomingRequest, find: ClientAddress | undefined): IncomingRequest {
  if (find === undefined) return request;
  const { remoteAddress, headers } = request;
  return { ...request, remoteAddress: knownAddress(find, { remoteAddress, headers }) };
}

/** A finder of one's own may fail, or give something else: then nobody knows. */
function knownAddress(find: ClientAddress, peer: Peer): string | undefined {
  try {
    const address: unknown = find(peer);
    return typeof address === "string" ? address : undefined;
  } catch {
    return undefined;
  }
}

/** What may belong to one machine or household, as one text: an IPv4 address, or the first half of an IPv6 one. */
export function addressGroup(address: string): string {
  if (!address.includes(":")) return address;
  const embedded = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (embedded !== undefined) return embedded;
  const [head = "", tail] = address.toLowerCase().split("::");
  const groups = head === "" ? [] : head.split(":");
  // "::" stands for as many zeros as are missing.
  if (tail !== undefined) {
    const rest = tail === "" ? [] : tail.split(":");
    while (groups.length + rest.length < 8) groups.push("0");
    groups.push(...rest);
  }
  return groups.slice(0, 4).join(":");
}
