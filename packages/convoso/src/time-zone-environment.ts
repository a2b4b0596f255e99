import type { EnvironmentVariables } from "@offhook/core";

/** Where the account keeps its clock: the same for its webhooks and its API. */
export const timeZoneFromEnvironment = (variables: EnvironmentVariables): string =>
  variables.optional("CONVOSO_TIME_ZONE", "an IANA name such as America/New_York", (timeZone) => {
    Intl.DateTimeFormat("en", { timeZone });
    return timeZone;
  }) ?? "America/New_York";
