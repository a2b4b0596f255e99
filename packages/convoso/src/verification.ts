import { ConfigurationError, isHeaderName, requireSecrets, type Secrets, type Verification } from "@offhook/core";

/**
 * How a request is shown to be genuine. Convoso signs nothing: its Connect can repeat a fixed header or append a
 * fixed query field. A signature comes from a relay in between.
 * https://help.convoso.com/hc/en-us/articles/215446087
 */
export type ConvosoVerification =
  | {
      /** HMAC-SHA256 of the raw body, made by your relay; several secrets while rotating. The query is not signed. */
      readonly hmac: Secrets;
      /** Default `x-convoso-signature`. */
      readonly header?: string;
      /** Default `hex`, in any case. Both take an optional `sha256=` before the signature. */
      readonly encoding?: "hex" | "base64";
    }
  | {
      /** The secret that stands in Connect's "Authorization Header". */
      readonly headerToken: Secrets;
      /** The header's name, such as `x-shared-secret`. */
      readonly header: string;
    }
  | {
      /** The secret that Connect appends to the address. Proxies write addresses into their logs. */
      readonly queryToken: Secrets;
      /** Default `secret`. */
      readonly field?: string;
    }
  | {
      /** Take everything. Why that is safe here, for whoever reads the configuration. */
      readonly none: string;
    };

const modes = ["hmac", "headerToken", "queryToken", "none"] as const;
const name = "convoso({ verification })";

/** @throws ConfigurationError `secret_missing` or `option_invalid`. */
export function convosoVerification(options: ConvosoVerification): Verification {
  checkMode(options);
  if ("hmac" in options) {
    const { encoding = "hex" } = options;
    if (encoding !== "hex" && encoding !== "base64") {
      throw new ConfigurationError("option_invalid", `${name}: expected the encoding hex or base64, got another one`);
    }
    return {
      type: "hmac",
      hash: "sha256",
      encoding,
      secrets: requireSecrets("convoso({ verification: { hmac } })", options.hmac),
      header: headerName(options.header ?? "x-convoso-signature"),
      format: { type: "plain", optionalPrefix: "sha256=" },
      message: ["body"],
    };
  }
  if ("headerToken" in options) {
    const secrets = requireSecrets("convoso({ verification: { headerToken } })", options.headerToken);
    return { type: "shared-secret", secrets, in: { header: headerName(options.header) } };
  }
  if ("queryToken" in options) {
    const secrets = requireSecrets("convoso({ verification: { queryToken } })", options.queryToken);
    return { type: "shared-secret", secrets, in: { query: fieldName(options.field ?? "secret") } };
  }
  const reason: unknown = options.none;
  if (typeof reason !== "string" || reason.trim() === "") {
    throw new ConfigurationError("option_invalid", `${name}: expected a written reason for { none }, got none`);
  }
  return { type: "none", reason };
}

/** The query fields that hold secrets: ours, and those with which Connect users are told to authenticate. */
export function secretQueryFields(verification: Verification): readonly string[] {
  // "API Authentication" of a Connect ends up in the query. https://help.convoso.com/hc/en-us/articles/215446087
  const customary = ["auth_token", "token", "secret", "api_key", "password"];
  return verification.type === "shared-secret" && "query" in verification.in
    ? [verification.in.query, ...customary]
    : customary;
}

// JavaScript callers can leave it out, or leave open which of two is meant.
function checkMode(options: unknown): asserts options is ConvosoVerification {
  const given = typeof options === "object" && options !== null ? options : {};
  const stated = modes.filter((mode) => mode in given);
  if (stated.length !== 1) {
    throw new ConfigurationError(
      "option_invalid",
      `${name}: expected exactly one of ${modes.join(", ")}, got ${stated.length === 0 ? "none" : stated.join(" and ")}`,
    );
  }
}

function headerName(header: unknown): string {
  if (isHeaderName(header)) return header.toLowerCase();
  throw new ConfigurationError("option_invalid", `${name}: expected the name of a header, got something else`);
}

function fieldName(field: unknown): string {
  if (typeof field === "string" && field !== "") return field;
  throw new ConfigurationError("option_invalid", `${name}: expected the name of a query field, got none`);
}
