import { ConfigurationError } from "@offhook/core";

/** It stands in SQL, where no parameter can. @throws ConfigurationError `option_invalid` */
export function checkSchema(schema: string): void {
  if (/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) return;
  throw new ConfigurationError(
    "option_invalid",
    `schema: expected lower-case letters, digits and underscores, got "${schema}"`,
  );
}
