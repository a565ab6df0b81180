/**
 * The log: JSON lines for machines, a line of text for people, both on standard error.
 *
 * Guarantees: messages are constant sentences and what varies stands in fields, so a message can be searched for.
 * Every entry is one line without control or format characters, and no field replaces its level, time or message.
 * Limits: fields are JSON-like data; callers turn an error into text, as JSON would make `{}` of it.
 */
import { Writable } from 'node:stream';
import winston from 'winston';
import type { Logger, LogFields } from '../kube/logger.ts';
import { visible, visibleJson } from '../core/audit/quote.ts';

export type LogFormat = 'json' | 'text';
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogOptions {
  readonly format: LogFormat;
  readonly level: LogLevel;
  readonly write: (line: string) => void;
}

/** Under this key winston leaves the text that the format has made of an entry. */
const FORMATTED = Symbol.for('message');

export function createLogger({ format, level, write }: LogOptions): Logger {
  const layout = format === 'json' ? jsonLine : textLine;
  const logger = winston.createLogger({
    level,
    format: winston.format.printf(({ level: at, message, fields }) => {
      const ts = new Date().toISOString();
      return layout({ ts, level: at, msg: String(message), fields: fields as LogFields });
    }),
  });
  logger.pipe(
    new Writable({
      objectMode: true,
      write: (entry: Record<symbol, unknown>, _encoding, done) => {
        write(`${String(entry[FORMATTED])}\n`);
        done();
      },
    }),
  );
  const log = (at: LogLevel) => (message: string, fields?: LogFields) => {
    // In one object of its own: winston would append a field named `message` to the message.
    if (logger.isLevelEnabled(at)) logger.log({ level: at, message, fields: fields ?? {} });
  };
  return { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
}

interface Entry {
  readonly ts: string;
  readonly level: string;
  readonly msg: string;
  readonly fields: LogFields;
}

/** Keys of an entry itself; a field of such a name is printed as `fields.level`, so that it hides nothing. */
const OWN_KEYS: readonly string[] = ['level', 'ts', 'msg'];

function jsonLine({ ts, level, msg, fields }: Entry): string {
  const renamed = Object.entries(fields).map(([key, value]) => {
    return [OWN_KEYS.includes(key) ? `fields.${key}` : key, value] as const;
  });
  return visibleJson(JSON.stringify({ level, ts, msg, ...Object.fromEntries(renamed) }));
}

/** `12:03:04 INFO  message  key=value` */
function textLine({ ts, level, msg, fields }: Entry): string {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `${key}=${visible(typeof value === 'string' ? value : JSON.stringify(value))}`);
  return [`${ts.slice(11, 19)} ${level.toUpperCase().padEnd(5)} ${msg}`, ...pairs].join('  ');
}
