/** What a reader takes options from. Whatever is wrong is collected, and told at once when all readers are through. */
export interface EnvironmentVariables {
  /** A secret, or several separated by commas while rotating. Missing, or one of them empty: a problem. */
  secrets(name: string): readonly string[];
  /** The same, undefined where the variable is not set. */
  optionalSecrets(name: string): readonly string[] | undefined;
  /** Missing: a problem. */
  text(name: string): string;
  optionalText(name: string): string | undefined;
  /** An https address, or an http one of this machine. Missing or another: a problem. */
  url(name: string): string;
  /**
   * What `read` makes of a text, undefined where the variable is not set. Where `read` throws: a problem.
   *
   * @param expected completes "expected …", such as "addresses or ranges, separated by commas".
   */
  optional<Value>(name: string, expected: string, read: (text: string) => Value): Value | undefined;
}

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * Reads variables; what is only white space is not set.
 *
 * @param variables other things than texts, such as a Worker's bindings, are not set either.
 * @param problems is told what is wrong, without the values.
 */
export function environmentVariables(variables: object, problems: string[]): EnvironmentVariables {
  const optionalText = (name: string): string | undefined => {
    const value = valueOf(variables, name);
    const text = typeof value === "string" ? value.trim() : "";
    return text === "" ? undefined : text;
  };
  const text = (name: string): string => {
    const value = optionalText(name);
    if (value === undefined) problems.push(`${name}: missing`);
    return value ?? "";
  };
  const split = (name: string, value: string): readonly string[] => {
    const list = value.split(",").map((item) => item.trim());
    if (list.includes("")) {
      problems.push(`${name}: expected one secret, or several separated by commas, got an empty one`);
    }
    return list;
  };
  return {
    optional(name, expected, read) {
      const value = optionalText(name);
      if (value === undefined) return undefined;
      try {
        return read(value);
      } catch {
        problems.push(`${name}: expected ${expected}`);
        return undefined;
      }
    },
    text,
    optionalText,
    secrets(name) {
      const value = text(name);
      return value === "" ? [] : split(name, value);
    },
    optionalSecrets(name) {
      const value = optionalText(name);
      return value === undefined ? undefined : split(name, value);
    },
    url(name) {
      const value = text(name);
      const { protocol, hostname } = URL.canParse(value) ? new URL(value) : { protocol: "", hostname: "" };
      if (value !== "" && protocol !== "https:" && !(protocol === "http:" && loopback.has(hostname))) {
        problems.push(`${name}: expected an https address such as https://app.example.com`);
      }
      return value;
    },
  };
}

/** Deno throws for a name that may not be read; then it is not set. */
function valueOf(variables: object, name: string): unknown {
  try {
    return (variables as { readonly [name: string]: unknown })[name];
  } catch {
    return undefined;
  }
}
