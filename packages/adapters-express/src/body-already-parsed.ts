import { ConfigurationError } from "@offhook/core";

/** What a request tells whose bytes are gone: guessing them from what the parser made would break every signature. */
export function bodyAlreadyParsed(): ConfigurationError {
  return new ConfigurationError(
    "body_already_parsed",
    "Body: expected the raw bytes, got a request that a body parser has already read: mount toExpressHandler before express.json(), or keep the bytes with express.json({ verify: (req, _res, buffer) => { req.rawBody = buffer } })",
  );
}
