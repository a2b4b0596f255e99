import { ConfigurationError } from "./errors.ts";

/** What is asked for needs an ability that the storage does not have. */
export function lacking(member: string): ConfigurationError {
  return new ConfigurationError(
    "option_invalid",
    `Storage: expected one with the ability "${member}", got one without: see the Storage contract`,
  );
}
