/**
 * Logging as a dependency: the kit says what happened, the program decides what is printed and how. Messages are
 * constant sentences, so that they can be searched for; what varies goes into the fields.
 */

export type LogFields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
