import { environmentVariables, type EnvironmentVariables } from "./environment-variables.ts";
import { ConfigurationError } from "./errors.ts";

/** Environment variables by name. A Worker's `env` fits as well: bindings that are no text count as not set. */
export type Variables = object;

/** Makes options out of environment variables. Every provider has one. */
export type EnvironmentReader<Options> = (variables: EnvironmentVariables) => Options;

/**
 * Reads the options of several things from the environment, by the documented names.
 *
 * @param readers what to read, such as `{ twilio: twilioEnvironment }`.
 * @param variables default: `process.env`. On Workers: `env`.
 * @returns the options under the names of their readers.
 * @throws ConfigurationError `environment_incomplete`, which lists all that is missing or malformed, in all readers.
 * @example
 * const settings = fromEnv({ callrail: callrailEnvironment, twilio: twilioEnvironment });
 * createOffhook({ providers: [callrail(settings.callrail), twilio(settings.twilio)], storage });
 */
export function fromEnv<Readers extends { readonly [name: string]: EnvironmentReader<unknown> }>(
  readers: Readers,
  variables: Variables = processVariables(),
): { readonly [Name in keyof Readers]: ReturnType<Readers[Name]> } {
  const problems: string[] = [];
  const environment = environmentVariables(variables, problems);
  let failure: { readonly cause: unknown } | undefined;
  const options = Object.entries(readers).map(([name, read]) => {
    try {
      return [name, read(environment)];
    } catch (cause) {
      // Often because something is missing, which is told with the rest.
      failure ??= { cause };
      return [name, undefined];
    }
  });
  if (failure !== undefined && problems.length === 0) throw failure.cause;
  if (problems.length > 0) {
    const lines = [...new Set(problems)].map((problem) => `\n  ${problem}`);
    throw new ConfigurationError("environment_incomplete", `The environment is not complete:${lines.join("")}`);
  }
  // One entry for each reader, made by it.
  return Object.fromEntries(options) as { readonly [Name in keyof Readers]: ReturnType<Readers[Name]> };
}

function processVariables(): Variables {
  // Core knows no Node; Workers without compatibility flags have no process.
  const { process } = globalThis as { process?: { env?: Variables } };
  return process?.env ?? {};
}
