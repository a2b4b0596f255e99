import { ConfigurationError } from "../errors.ts";

/**
 * What a request tells whose bytes are gone: guessing them from what the parser made would break every signature.
 *
 * @param mend what to change in this framework, such as "mount toExpressHandler before express.json()".
 */
export function bodyAlreadyParsed(mend: string): ConfigurationError {
  return new ConfigurationError(
    "body_already_parsed",
    `Body: expected the raw bytes, got a request that a body parser has already read: ${mend}`,
  );
}
