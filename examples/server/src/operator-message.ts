import { OffhookError } from "@offhook/core";
import type { Response } from "express";
import { refusalOf, refuse } from "./answers.ts";
import { clientVariables, type MissingByProvider } from "./vendor-variables.ts";

/** Why something failed, as Offhook says it. */
interface Failure {
  readonly code: string;
  readonly message: string;
}

/**
 * What a failure says to whoever runs this server, and sets variables, where Offhook's words are for whoever writes code.
 *
 * @param providers whose API it is about.
 * @returns undefined where Offhook's own words will do.
 */
function operatorMessage(
  { code, message }: Failure,
  providers: readonly string[],
  missing: MissingByProvider,
): string | undefined {
  if (code === "client_missing") return howToSetUp(providers, missing);
  if (code === "api_unauthorized") return `${message}; check ${providers.flatMap(clientVariables).join(" and ")}`;
  // Whatever else an address is refused for, no variable mends.
  if (code === "url_refused" && message.includes("is not among those that recordings come from")) {
    return `${message}; OFFHOOK_RECORDING_HOSTS adds hosts`;
  }
  return undefined;
}

/** What opens the APIs that are closed; undefined where none of the providers' is. */
export function howToSetUp(providers: readonly string[], missing: MissingByProvider): string | undefined {
  const sentences = providers.flatMap((provider) => {
    const names = missing[provider]?.client ?? [];
    if (names.length === 0) return [];
    return [`The API of ${provider} is not set up: set ${names.join(" and ")}, and start the server again`];
  });
  return sentences.length === 0 ? undefined : sentences.join(". ");
}

/** Answers with an error. @throws the error itself where its own words will do. */
export function refuseForOperator(
  response: Response,
  error: unknown,
  providers: readonly string[],
  missing: MissingByProvider,
): void {
  const message = error instanceof OffhookError ? operatorMessage(error, providers, missing) : undefined;
  if (message === undefined) throw error;
  const { code, retryAfterSeconds } = refusalOf(error);
  refuse(response, code, { message, retryAfterSeconds });
}

/** The same for what was not thrown: a test or a summary that says why it failed. */
export function forOperator<Told extends { readonly error: Failure | null }>(
  told: Told,
  provider: string,
  missing: MissingByProvider,
): Told {
  const { error } = told;
  const message = error === null ? undefined : operatorMessage(error, [provider], missing);
  return message === undefined ? told : { ...told, error: { ...error, message } };
}
