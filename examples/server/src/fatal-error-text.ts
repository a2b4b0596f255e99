import { OffhookError } from "@offhook/core";
import { EnvironmentError } from "./environment.ts";
import { StartError } from "./start-error.ts";

/** One line where the message was written for whoever starts the program, all there is where not. */
export function fatalErrorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof EnvironmentError || error instanceof StartError) return error.message;
  if (!(error instanceof OffhookError)) return error.stack ?? error.message;
  const { cause, message } = error;
  return cause instanceof Error && !message.includes(cause.message) ? `${message}: ${cause.message}` : message;
}
