import { expect } from 'chai';
import fc from 'fast-check';
import { createLogger, type LogFormat, type LogLevel } from './logging.ts';
import type { Logger } from '../kube/logger.ts';

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error'];

function recorded(
  format: LogFormat,
  level: LogLevel = 'debug',
): { readonly log: Logger; readonly lines: readonly string[] } {
  const lines: string[] = [];
  return { log: createLogger({ format, level, write: (line) => lines.push(line) }), lines };
}

/** The only line that was written, as an object. */
function onlyEntry(lines: readonly string[]): Readonly<Record<string, unknown>> {
  expect(lines).to.have.length(1);
  return JSON.parse(lines[0]!) as Readonly<Record<string, unknown>>;
}

describe('logging', () => {
  it('writes an entry as one JSON object with level, time, message and fields', () => {
    const { log, lines } = recorded('json');
    log.warn('reconcile failed', { key: 'test/web', failures: 3, missing: undefined });
    const { ts, ...rest } = onlyEntry(lines);
    expect(rest).to.deep.equal({ level: 'warn', msg: 'reconcile failed', key: 'test/web', failures: 3 });
    expect(new Date(String(ts)).toISOString()).to.equal(ts);
    expect(lines[0])
      .to.match(/^\{"level":"warn","ts":/)
      .and.match(/\}\n$/);
  });

  it('lets no field replace the level, the time or the message', () => {
    const { log, lines } = recorded('json');
    log.info('a message', { level: 'error', ts: 'never', msg: 'another', message: 'more', splat: 1 });
    const entry = onlyEntry(lines);
    expect(entry).to.include({ level: 'info', msg: 'a message', message: 'more', splat: 1 });
    expect(entry).to.include({ 'fields.level': 'error', 'fields.ts': 'never', 'fields.msg': 'another' });
    expect(entry['ts']).to.match(/^\d{4}-/);
  });

  it('writes an entry for people as one line of text', () => {
    const { log, lines } = recorded('text');
    log.info('listing again', { informer: 'pods', tries: 2, message: 'x', missing: undefined, of: ['a'] });
    log.error('stopped');
    expect(lines[0]).to.match(
      /^\d\d:\d\d:\d\d INFO {2}listing again {2}informer=pods {2}tries=2 {2}message=x {2}of=\["a"\]\n$/,
    );
    expect(lines[1]).to.match(/^\d\d:\d\d:\d\d ERROR stopped\n$/);
  });

  for (const [index, level] of LEVELS.entries()) {
    it(`writes ${level} and what is more important than that`, () => {
      const { log, lines } = recorded('json', level);
      for (const each of LEVELS) log[each](each);
      const written = lines.map((line) => (JSON.parse(line) as { readonly level: string }).level);
      expect(written).to.deep.equal(LEVELS.slice(index));
    });
  }

  for (const format of ['json', 'text'] as const) {
    it(`keeps hostile text on one line of ${format}, without control or format characters`, () => {
      fc.assert(
        fc.property(fc.string({ unit: 'binary' }), (value) => {
          const { log, lines } = recorded(format);
          log.info('a message', { value });
          expect(lines).to.have.length(1);
          expect(lines[0]!.slice(0, -1)).not.to.match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
          if (format === 'json') expect(onlyEntry(lines)).to.have.property('value', value);
        }),
      );
    });
  }
});
