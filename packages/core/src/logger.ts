/** Where Offhook writes what a developer should know. Fits pino and console. Never receives secrets or transcripts. */
export interface Logger {
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

export type LogFields = { readonly [name: string]: string | number | boolean | null | undefined };

/**
 * The default: warnings and errors go to the console, so that what is refused or fails is seen before anybody has
 * chosen a logger.
 */
export const consoleLogger: Logger = {
  info() {},
  // oxlint-disable-next-line no-console -- the only place that writes to it
  warn: (fields, message) => console.warn(message, fields),
  // oxlint-disable-next-line no-console -- as above
  error: (fields, message) => console.error(message, fields),
};

/** Writes nothing. */
export const silentLogger: Logger = { info() {}, warn() {}, error() {} };

/** A logger whose failures are nobody's problem: no delivery shall suffer for a log line. */
export function safeLogger(logger: Logger): Logger {
  const safely =
    (level: "info" | "warn" | "error") =>
    (fields: LogFields, message: string): void => {
      try {
        logger[level](fields, message);
      } catch {
        // There is nowhere left to say it.
      }
    };
  return { info: safely("info"), warn: safely("warn"), error: safely("error") };
}

/** Whatever was thrown, as one line. */
export function describeError(error: unknown): string {
  try {
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    return "a value that cannot be written";
  }
}
