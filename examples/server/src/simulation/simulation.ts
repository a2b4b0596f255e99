import type { Provider } from "@offhook/core";
import type { ProviderSecrets } from "../secret-names.ts";
import type { ServerClient } from "./server-client.ts";

/** What one run of the simulator works with. */
export interface Simulation {
  /** Where the server listens. */
  readonly address: string;
  /** Those that were asked for, set up as the server has them. */
  readonly providers: readonly Provider[];
  readonly secrets: ProviderSecrets;
  /** Sets providers up with other secrets. */
  setUp(secrets: ProviderSecrets): readonly Provider[];
  readonly client: ServerClient;
}

/** The simulation cannot go on, for a reason that its message tells in one line. */
export class SimulationError extends Error {
  override readonly name = "SimulationError";
}
