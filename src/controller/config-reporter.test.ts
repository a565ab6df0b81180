import { expect } from 'chai';
import { checkConfig } from '../core/audit/checks/config.ts';
import { configurationsOf } from '../core/audit/configurations.ts';
import type { ConfigLookup } from '../core/osm/mesh-config.ts';
import { FSM } from '../core/osm/names.ts';
import type { EventInput } from '../kube/events.ts';
import { configSet, configWith, meshConfig } from '../testing/builders.ts';
import { RecordingLogger } from '../testing/kube/recording-logger.ts';
import { ConfigReporter } from './config-reporter.ts';

const said = (data: Readonly<Record<string, string>>): readonly ConfigLookup[] =>
  configurationsOf(configWith(data));
const GOOD = said({});
const BAD = said({
  outbound_ip_range_exclusion_list: '1.1.1.1/33',
  outbound_port_exclusion_list: 'http',
});
const MISSING: ConfigLookup = { kind: 'missing', wanted: 'MeshConfig', searched: 'any namespace' };
const unreadable = (wanted: string): ConfigLookup => ({ kind: 'unreadable', wanted, reason: 'forbidden' });
/** A MeshConfig with this port, bad when it is none. */
const meshWith = (namespace: string, port: number): ConfigLookup => {
  return { kind: 'found', config: meshConfig({ namespace, uid: namespace, outboundPorts: [port] }) };
};

describe('config reporter', () => {
  let logger: RecordingLogger;
  let events: (EventInput & { readonly verb: string })[];
  /** The reason or the namespace of Events that the server does not take. */
  let failing: string | undefined;
  let reporter: ConfigReporter;

  const tell = (verb: string) => async (event: EventInput) => {
    await Promise.resolve();
    events.push({ verb, ...event });
    if (event.reason === failing || event.regarding.namespace === failing) throw new Error('no answer');
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

  it('writes on a MeshConfig too, by the names of its own group', async () => {
    const fsm = meshConfig({
      product: FSM,
      namespace: 'fsm-system',
      name: 'fsm-mesh-config',
      outboundPorts: [0],
    });
    await reporter.report([meshWith('osm-system', 70000), { kind: 'found', config: fsm }]);
    const uid = '33333333-3333-4333-8333-333333333333';
    expect(events.map(({ reason, regarding }) => ({ reason, ...regarding }))).to.deep.equal([
      {
        reason: 'ConfigPortInvalid',
        apiVersion: 'config.openservicemesh.io/v1alpha2',
        kind: 'MeshConfig',
        namespace: 'osm-system',
        name: 'osm-mesh-config',
        uid: 'osm-system',
      },
      {
        reason: 'ConfigPortInvalid',
        apiVersion: 'config.flomesh.io/v1alpha3',
        kind: 'MeshConfig',
        namespace: 'fsm-system',
        name: 'fsm-mesh-config',
        uid,
      },
    ]);
  });

  describe('of two meshes', () => {
    const both = (one: number, two: number): readonly ConfigLookup[] => [
      meshWith('osm-one', one),
      meshWith('osm-two', two),
    ];
    const told = (): readonly string[] =>
      events.splice(0).map(({ verb, reason, regarding }) => `${regarding.namespace}: ${verb} ${reason}`);

    it('remembers what was told of each', async () => {
      await reporter.report(both(0, 80));
      expect(told()).to.deep.equal(['osm-one: ensure ConfigPortInvalid']);
      await reporter.report(both(0, 0));
      expect(told()).to.deep.equal(['osm-two: record ConfigPortInvalid']);
      await reporter.report(both(80, 0));
      await reporter.report(both(0, 0));
      expect(told()).to.deep.equal(['osm-one: record ConfigPortInvalid']);
    });

    it('tells of the second although the first cannot be told of', async () => {
      await reporter.report(both(80, 80));
      failing = 'osm-one';
      const error: unknown = await reporter.report(both(0, 0)).catch((thrown: unknown) => thrown);
      expect(error).to.have.property('message', 'no answer');
      expect(told()).to.deep.equal([
        'osm-one: record ConfigPortInvalid',
        'osm-two: record ConfigPortInvalid',
      ]);
      failing = undefined;
      await reporter.report(both(0, 0));
      expect(told(), 'and not again').to.deep.equal(['osm-one: ensure ConfigPortInvalid']);
      expect(logger.complaints, 'each once').to.have.length(2);
    });

    it('forgets what has gone', async () => {
      await reporter.report(both(0, 80));
      await reporter.report([meshWith('osm-two', 80)]);
      told();
      await reporter.report(both(0, 80));
      expect(told(), 'it may be another one').to.deep.equal(['osm-one: ensure ConfigPortInvalid']);
    });
  });

  it('knows an object of the same name for another one by its uid', async () => {
    await reporter.report(GOOD);
    await reporter.report([meshWith('osm-system', 0)]);
    const config = meshConfig({ uid: 'another', outboundPorts: [0] });
    events = [];
    await reporter.report([{ kind: 'found', config }]);
    expect(events.map(({ verb, regarding }) => [verb, regarding.uid])).to.deep.equal([['ensure', 'another']]);
  });

  it('writes no Event about what is merely worth knowing', async () => {
    const config = meshConfig({ outboundRanges: ['10.0.0.0/8', '10.1.0.0/16'] });
    const set = configSet([config]);
    expect(checkConfig({ kind: 'found', config }).map(({ severity }) => severity)).to.deep.equal(['info']);
    await reporter.report(configurationsOf(set));
    expect(events).to.deep.equal([]);
    expect(logger.complaints).to.deep.equal([]);
  });

  it('says nothing again as long as a finding lasts, and records what is new', async () => {
    await reporter.report(said({ outbound_port_exclusion_list: 'http' }));
    await reporter.report(said({ outbound_port_exclusion_list: 'http' }));
    expect(written()).to.deep.equal(['ensure ConfigPortInvalid']);
    await reporter.report(said({ outbound_port_exclusion_list: 'http, https' }));
    expect(written()).to.deep.equal(['record ConfigPortInvalid']);
    await reporter.report(BAD);
    expect(written()).to.deep.equal(['record ConfigRangeInvalid', 'record ConfigPortInvalid']);
  });

  it('records a value that was mended and then came back', async () => {
    await reporter.report(BAD);
    await reporter.report(GOOD);
    written();
    await reporter.report(BAD);
    expect(written()).to.deep.equal(['record ConfigRangeInvalid', 'record ConfigPortInvalid']);
  });

  it('only makes sure after a failure, so that no Event is counted twice', async () => {
    await reporter.report(GOOD);
    failing = 'ConfigPortInvalid';
    const error: unknown = await reporter.report(BAD).catch((thrown: unknown) => thrown);
    expect(error).to.have.property('message', 'no answer');
    expect(written()).to.deep.equal(['record ConfigRangeInvalid', 'record ConfigPortInvalid']);
    failing = undefined;
    await reporter.report(BAD);
    expect(written()).to.deep.equal(['ensure ConfigRangeInvalid', 'ensure ConfigPortInvalid']);
    await reporter.report(GOOD);
    await reporter.report(BAD);
    expect(written()).to.deep.equal(['record ConfigRangeInvalid', 'record ConfigPortInvalid']);
  });

  it('has no object to carry an Event when there is no configuration: the log tells, once', async () => {
    await reporter.report([MISSING]);
    await reporter.report([MISSING]);
    await reporter.report([unreadable('MeshConfig')]);
    expect(written()).to.deep.equal([]);
    expect(logger.lines.map(({ level, fields }) => `${level} ${String(fields['reason'])}`)).to.deep.equal([
      'warn ConfigMissing',
      'warn ConfigUnreadable',
    ]);
  });

  it('logs each of several things that are wanting, once', async () => {
    const lookups = [unreadable('ConfigMap osm-config'), unreadable('MeshConfig'), MISSING];
    for (let i = 0; i < 3; i += 1) await reporter.report(lookups);
    expect(logger.lines.map(({ fields }) => fields['reason'])).to.deep.equal([
      'ConfigUnreadable',
      'ConfigUnreadable',
      'ConfigMissing',
    ]);
  });

  it('logs that the configuration is valid at first and after trouble, and not in between', async () => {
    const valid = (): number =>
      logger.lines.filter(({ message }) => message === 'the mesh configuration is valid').length;
    await reporter.report(GOOD);
    await reporter.report(GOOD);
    expect(valid()).to.equal(1);
    await reporter.report(BAD);
    await reporter.report(GOOD);
    expect(valid()).to.equal(2);
  });

  it('does without Events when they are switched off', async () => {
    await new ConfigReporter(undefined, logger).report(BAD);
    expect(written()).to.deep.equal([]);
    expect(logger.complaints).to.have.length(2);
  });
});
