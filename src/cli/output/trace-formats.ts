/** The output formats of `trace`. */
import { visibleJson } from '../../core/audit/quote.ts';
import type { PacketTrace } from '../packet-trace.ts';
import { UsageError } from '../usage-error.ts';
import { traceDocument } from './trace-document.ts';
import { traceText } from './trace-text.ts';

/** A format turns a trace into text that ends in a newline. */
export type TraceFormat = (trace: PacketTrace) => string;

export const TRACE_FORMATS: Readonly<Record<string, TraceFormat>> = {
  table: traceText,
  json: (trace) => visibleJson(`${JSON.stringify(traceDocument(trace), null, 2)}\n`),
};

/** @throws UsageError for a format that does not exist */
export function traceFormatNamed(name: string): TraceFormat {
  const format = Object.hasOwn(TRACE_FORMATS, name) ? TRACE_FORMATS[name] : undefined;
  if (format !== undefined) return format;
  const names = Object.keys(TRACE_FORMATS).join(', ');
  throw new UsageError(`unknown output format ${JSON.stringify(name)}: one of ${names}`);
}
