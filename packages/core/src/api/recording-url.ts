import { ConfigurationError } from "../errors.ts";

/** An address that may be gone to, or why it may not: never with a path, a query or credentials, which are secrets. */
export type JudgedUrl = { readonly url: URL } | { readonly refusal: string };

const label = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
/** Two labels at least, and the last begins with a letter: whatever ends in a number is read as an IP address. */
const name = new RegExp(`^(?=.{1,253}$)(?:${label}\\.)+(?=[a-z])${label}$`);

/**
 * Hosts that recordings may lie on, in lower case: exact names, or `*.example.com` for every name below.
 *
 * @param option what the developer wrote, such as `createTwilioClient({ recordingHosts })`; named in the error.
 * @throws ConfigurationError `option_invalid`, also for what no compiler has checked.
 */
export function readHosts(hosts: readonly string[], option = "hosts"): readonly string[] {
  const expected = `${option}: expected an array of names such as "api.example.com" or "*.example.com"`;
  if (!Array.isArray(hosts)) throw new ConfigurationError("option_invalid", `${expected}, got something else`);
  return hosts.map((given: unknown, index) => {
    const host = typeof given === "string" ? given.toLowerCase() : "";
    const below = host.startsWith("*.") ? host.slice(2) : host;
    if (name.test(below) && !isInternational(below)) return host;
    // Not quoted: a whole address, which people write here as well, may hold a secret.
    const got = `something else as number ${index + 1} of ${hosts.length}`;
    throw new ConfigurationError("option_invalid", `${expected}, got ${got}`);
  });
}

/**
 * Judges an address as it is written, before anything tidies it: what has to be tidied up is no address of a recording.
 * @param hosts as `readHosts` gives them.
 */
export function judgeUrl(address: string, hosts: readonly string[]): JudgedUrl {
  if (hasStrangeCharacters(address)) return { refusal: "it holds a control character or a backslash" };
  const [, scheme, authority = ""] = /^([a-z]+):\/\/([^/?#]*)/i.exec(address) ?? [];
  if (scheme?.toLowerCase() !== "https") return { refusal: 'it does not begin with "https://"' };
  const host = readHost(authority);
  if (typeof host === "object") return host;
  if (!hosts.some((allowed) => (allowed.startsWith("*.") ? host.endsWith(allowed.slice(1)) : host === allowed))) {
    return { refusal: `its host "${host}" is not among those that recordings come from` };
  }
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    // The platform's error quotes the address.
    return { refusal: "it cannot be read" };
  }
  // Whoever connects goes by the platform's reading, so ours has to be the same.
  if (url.origin !== `https://${host}` || url.username !== "" || url.password !== "") {
    return { refusal: "it can be read in two ways" };
  }
  return { url };
}

/**
 * Judges where a redirect leads.
 * @param location as the header has it; may be relative to the address that was asked.
 */
export function judgeRedirect(location: string, base: URL, hosts: readonly string[]): JudgedUrl {
  if (hasStrangeCharacters(location)) return { refusal: "it holds a control character or a backslash" };
  if (/^[a-z][a-z0-9+.-]*:/i.test(location)) return judgeUrl(location, hosts);
  if (location.startsWith("//")) return judgeUrl(`https:${location}`, hosts);
  return URL.canParse(location, base.href)
    ? judgeUrl(new URL(location, base).href, hosts)
    : { refusal: "it cannot be read" };
}

/** The host of an authority that is nothing but a host; in lower case. */
function readHost(authority: string): string | { readonly refusal: string } {
  // Before lower case, which turns the Kelvin sign into a k.
  if (!/^[!-~]*$/.test(authority) || authority.includes("%")) return { refusal: "its host is not plain ASCII" };
  if (authority.includes("@")) return { refusal: "it holds a user name or password" };
  const [host = "", port, ...more] = authority.toLowerCase().split(":");
  if (host.startsWith("[") || more.length > 0) return { refusal: "its host is an IP address" };
  if (port !== undefined && port !== "443") return { refusal: "its port is not 443" };
  if (host.endsWith(".")) return { refusal: "its host ends in a dot" };
  if (/(?:^|\.)\d[^.]*$/.test(host)) return { refusal: "its host is an IP address" };
  if (isInternational(host)) return { refusal: "its host is an internationalized name" };
  return name.test(host) ? host : { refusal: "its host is not a name of letters, digits and hyphens with a dot" };
}

const isInternational = (host: string): boolean => host.split(".").some((part) => part.startsWith("xn--"));

/** Platforms drop tabs and line breaks, and take a backslash for a slash. */
const hasStrangeCharacters = (text: string): boolean => /[\p{Cc}\\]/u.test(text);
