/** Where Offhook writes what a developer should know. Fits pino and console. Never receives secrets or transcripts. */
export interface Logger {
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

export type LogFields = { readonly [name: string]: string | number | boolean | null | undefined };

/** Writes nothing. */
export const silentLogger: Logger = { info() {}, warn() {}, error() {} };
