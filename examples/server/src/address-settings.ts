import { environmentVariables, type AddressFilter, type ClientAddress } from "@offhook/core";
import { allowedAddressesEnvironment, clientAddressEnvironment } from "@offhook/core/addresses";
import type { Variables } from "./environment.ts";

/** Who is believed about addresses, and who may send. Options of `createOffhook`. */
export interface AddressSettings {
  readonly clientAddress?: ClientAddress;
  readonly allowedAddresses: { readonly [provider: string]: AddressFilter };
}

/**
 * Reads `OFFHOOK_TRUSTED_PROXIES`, `OFFHOOK_CLIENT_ADDRESS_HEADER` and `ELEVENLABS_WEBHOOK_IP_WHITELIST`.
 *
 * @param problems is told what is malformed, without the values.
 */
export function readAddressSettings(variables: Variables, problems: string[]): AddressSettings {
  const environment = environmentVariables(variables, problems);
  return {
    ...clientAddressEnvironment(environment),
    ...allowedAddressesEnvironment({ elevenlabs: "ELEVENLABS_WEBHOOK_IP_WHITELIST" })(environment),
  };
}
