import { expect } from 'chai';
import type { ConfigLookup } from '../core/osm/mesh-config.ts';
import type { EventInput } from '../kube/events.ts';
import { configWith } from '../testing/builders.ts';
import { RecordingLogger } from '../testing/kube/recording-logger.ts';
import { ConfigReporter } from './config-reporter.ts';

const BAD = configWith({
  outbound_ip_range_exclusion_list: '1.1.1.1/33',
  outbound_port_exclusion_list: 'http',
});
const MISSING: ConfigLookup = { kind: 'missing', searched: 'any namespace' };

describe('config reporter', () => {
  let logger: RecordingLogger;
  let events: (EventInput & { readonly verb: string })[];
  let failing: string | undefined;
  let reporter: ConfigReporter;

  const tell = (verb: string) => async (event: EventInput) => {
    await Promise.resolve();
    events.push({ verb, ...event });
    if (event.reason === failing) throw new Error('no answer');
  };
  const create = (): ConfigReporter =>
    new ConfigReporter({ record: tell('record'), ensure: tell('ensure') }, logger);
  /** What was written since the last look. */
  const written = (): readonly string[] => events.splice(0).map(({ verb, reason }) => `${verb} ${reason}`);

  beforeEach(() => {
    logger = new RecordingLogger();
    events = [];
    failing = undefined;
    reporter = create();
  });

  it('tells of every finding with one Event on the configuration object', async () => {
    await reporter.report(BAD);
    expect(events.map(({ note, ...rest }) => ({ ...rest, note: note.split(' ')[0] }))).to.deep.include({
      verb: 'ensure',
      type: 'Warning',
      reason: 'ConfigRangeInvalid',
      note: 'OA504',
      action: 'Audit',
      regarding: {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        namespace: 'osm-system',
        name: 'osm-config',
        uid: '33333333-3333-4333-8333-333333333333',
      },
    });
    expect(written()).to.deep.equal(['ensure ConfigRangeInvalid', 'ensure ConfigPortInvalid']);
  });

  it('says nothing again as long as a finding lasts, and records what is new', async () => {
    await reporter.report(configWith({ outbound_port_exclusion_list: 'http' }));
    await reporter.report(configWith({ outbound_port_exclusion_list: 'http' }));
    expect(written()).to.deep.equal(['ensure ConfigPortInvalid']);
    await reporter.report(configWith({ outbound_port_exclusion_list: 'http, https' }));
    expect(written()).to.deep.equal(['record ConfigPortInvalid']);
    await reporter.report(BAD);
    expect(written()).to.deep.equal(['record ConfigRangeInvalid', 'record ConfigPortInvalid']);
  });

  it('records a value that was mended and then came back', async () => {
    await reporter.report(BAD);
    await reporter.report(configWith({}));
    written();
    await reporter.report(BAD);
    expect(written()).to.deep.equal(['record ConfigRangeInvalid', 'record ConfigPortInvalid']);
  });

  it('only makes sure after a failure, so that no Event is counted twice', async () => {
    await reporter.report(configWith({}));
    failing = 'ConfigPortInvalid';
    const error: unknown = await reporter.report(BAD).catch((thrown: unknown) => thrown);
    expect(error).to.have.property('message', 'no answer');
    expect(written()).to.deep.equal(['record ConfigRangeInvalid', 'record ConfigPortInvalid']);
    failing = undefined;
    await reporter.report(BAD);
    expect(written()).to.deep.equal(['ensure ConfigRangeInvalid', 'ensure ConfigPortInvalid']);
    await reporter.report(configWith({}));
    await reporter.report(BAD);
    expect(written()).to.deep.equal(['record ConfigRangeInvalid', 'record ConfigPortInvalid']);
  });

  it('has no object to carry an Event when there is no configuration: the log tells, once', async () => {
    await reporter.report(MISSING);
    await reporter.report(MISSING);
    await reporter.report({ kind: 'unreadable', reason: 'forbidden' });
    expect(written()).to.deep.equal([]);
    expect(logger.lines.map(({ level, fields }) => `${level} ${String(fields['reason'])}`)).to.deep.equal([
      'warn ConfigMissing',
      'warn ConfigUnreadable',
    ]);
  });

  it('logs that the configuration is valid at first and after trouble, and not in between', async () => {
    const valid = (): number =>
      logger.lines.filter(({ message }) => message === 'the mesh configuration is valid').length;
    await reporter.report(configWith({}));
    await reporter.report(configWith({}));
    expect(valid()).to.equal(1);
    await reporter.report(BAD);
    await reporter.report(configWith({}));
    expect(valid()).to.equal(2);
  });

  it('does without Events when they are switched off', async () => {
    await new ConfigReporter(undefined, logger).report(BAD);
    expect(written()).to.deep.equal([]);
    expect(logger.complaints).to.have.length(2);
  });
});
