import type { EnvironmentReader } from "@offhook/core";

/** Reads `CALLRAIL_API_KEY`, `CALLRAIL_ACCOUNT_ID` and, where it is set, `CALLRAIL_COMPANY_ID`: for `fromEnv`. */
export const callrailClientEnvironment: EnvironmentReader<{
  readonly apiKey: string;
  readonly accountId: string;
  readonly companyId?: string;
}> = (variables) => {
  const companyId = variables.optionalText("CALLRAIL_COMPANY_ID");
  return {
    apiKey: variables.text("CALLRAIL_API_KEY"),
    accountId: variables.text("CALLRAIL_ACCOUNT_ID"),
    ...(companyId === undefined ? {} : { companyId }),
  };
};
