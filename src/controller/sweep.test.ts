import { expect } from 'chai';
import { audit } from '../core/audit/audit.ts';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Pod } from '../core/osm/pod.ts';
import { ApiError } from '../kube/errors.ts';
import type { EventInput } from '../kube/events.ts';
import { Metrics } from '../metrics/metrics.ts';
import { configWith, CREATED, initContainer, meshedPod } from '../testing/builders.ts';
import { ManualClock } from '../testing/kube/manual-clock.ts';
import { RecordingLogger } from '../testing/kube/recording-logger.ts';
import { osmScript } from '../testing/osm-scripts.ts';
import { ConditionWriter } from './condition-writer.ts';
import { Judge } from './judge.ts';
import { Notices } from './notices.ts';
import { PodStatuses } from './pod-statuses.ts';
import { Reporter } from './reporter.ts';
import type { PodSnapshot } from './snapshot.ts';
import { Sweep } from './sweep.ts';

const REFUSAL = new ApiError({ code: 403, reason: 'Forbidden', message: 'no events' });

describe('sweep', () => {
  let pods: Map<string, PodSnapshot>;
  let configs: ReturnType<typeof configWith>;
  let clock: ManualClock;
  let logger: RecordingLogger;
  let metrics: Metrics;
  let notices: Notices;
  let reporter: Reporter;
  let leading: boolean;
  let queued: string[];
  let later: string[];
  let running: Set<string>;
  /** `record ExcludedPortMissing 11` */
  let told: string[];
  /** What the server has, by reason. */
  let existing: Set<string>;
  let failure: Error | undefined;
  let sweep: Sweep;

  beforeEach(() => {
    pods = new Map();
    configs = configWith({});
    clock = new ManualClock(CREATED + 10_000);
    leading = true;
    queued = [];
    later = [];
    running = new Set();
    told = [];
    existing = new Set();
    failure = undefined;
    create();
  });

  /** As after a start of the process. */
  function create(): void {
    logger = new RecordingLogger();
    metrics = new Metrics('test');
    notices = new Notices();
    const write =
      (verb: string) =>
      (event: EventInput): Promise<void> => {
        if (failure !== undefined) return Promise.reject(failure);
        told.push(`${verb} ${event.reason} ${event.note.split(' ')[0] ?? ''}`);
        return Promise.resolve();
      };
    const events = {
      record: write('record'),
      ensure: write('ensure'),
      exists: ({ reason }: EventInput) => {
        told.push(`look for ${reason}`);
        return Promise.resolve(existing.has(reason));
      },
    };
    const api = {
      patchNamespacedPodStatus: (): Promise<unknown> => Promise.resolve(undefined),
    };
    reporter = new Reporter({
      conditions: new ConditionWriter({ api, clock, onPatch: () => undefined, lookAgain: () => undefined }),
      events,
    });
    const around = { namespace: () => undefined, configs: () => configs };
    const gathering = { graceMs: 60_000, settleMs: 0, fork: {} };
    sweep = new Sweep({
      pods,
      around,
      judge: new Judge({
        pods,
        around,
        verdict: audit,
        gathering,
        statuses: new PodStatuses(),
        metrics,
        clock,
      }),
      reporter,
      events,
      leadership: {
        get leading() {
          return leading;
        },
      },
      notices,
      metrics,
      logger,
      queue: {
        add: (key, how) => queued.push(`${key} ${String(how?.priority)}`),
        addAfter: (key, ms) => later.push(`${key} ${ms}`),
        isRunning: (key) => running.has(key),
      },
      part: undefined,
    });
  }

  const know = (count: number, changes: Partial<Pod> = {}): void => {
    for (let at = 0; at < count; at += 1) {
      const pod = meshedPod({ name: `web-${at}`, uid: `web-${at}`, ...changes });
      pods.set(`${pod.namespace}/${pod.name}`, { pod, condition: undefined });
    }
  };
  /** Writes what was put in line, as the queue does, and has the watch bring it back. */
  const writeAll = async (): Promise<void> => {
    const around = { namespace: () => undefined, configs: () => configs };
    const gathering = { graceMs: 60_000, settleMs: 0, fork: {} };
    const judge = new Judge({
      pods,
      around,
      verdict: audit,
      gathering,
      statuses: new PodStatuses(),
      metrics,
      clock,
    });
    for (const line of queued.splice(0)) {
      const key = line.split(' ')[0] ?? '';
      const judged = judge.judge(key);
      if (judged === undefined) throw new Error(`no pod ${key}`);
      const plan = reporter.plan(judged);
      await reporter.carryOut(plan);
      const [condition] = plan.patch?.status.conditions ?? [];
      if (condition === undefined || '$patch' in condition) continue;
      pods.set(key, { ...judged.snapshot, condition });
    }
  };
  const change = (): void => {
    configs = configWith({ outbound_port_exclusion_list: '80' });
  };
  /** A cluster of so many pods, in order and told so. */
  const settled = async (count: number): Promise<void> => {
    know(count);
    await sweep.run(undefined, undefined);
    await writeAll();
    told.length = 0;
  };

  it('puts in line what is to be written, behind changes of single pods, and nothing else', async () => {
    know(2);
    await sweep.run(undefined, undefined);
    expect(queued).to.deep.equal(['test/web-0 0', 'test/web-1 0']);
    await writeAll();
    await sweep.run(undefined, undefined);
    expect(queued).to.deep.equal([]);
    expect(told).to.deep.equal([]);
  });

  it('comes back to a pod that is being written by an earlier verdict, though there is nothing to write', async () => {
    await settled(3);
    running.add('test/web-1');
    await sweep.run(undefined, undefined);
    expect(queued).to.deep.equal(['test/web-1 0']);
  });

  it('judges the pods of one namespace when asked for it', async () => {
    know(1);
    know(1, { namespace: 'shop' });
    await sweep.run('shop', undefined);
    expect(queued).to.deep.equal(['shop/web-0 0']);
  });

  it('puts in line at its end, before others, what was deferred and it has nothing to say of', async () => {
    await settled(2);
    sweep.expect();
    sweep.defer('test/web-1', 5);
    expect(sweep.owed).to.equal(true);
    await sweep.run(undefined, undefined);
    expect(sweep.owed).to.equal(false);
    expect(queued).to.deep.equal(['test/web-1 1']);
    expect(notices.take('test/web-1')).to.equal(5);
  });

  it('stays owed when another was asked for meanwhile, and nothing that was deferred is lost', async () => {
    await settled(2);
    sweep.expect();
    const first = sweep.run(undefined, undefined);
    sweep.defer('test/web-1', undefined);
    sweep.expect();
    await first;
    expect(sweep.owed).to.equal(true);
    expect(queued).to.deep.equal([]);
    await sweep.run(undefined, undefined);
    expect(queued).to.deep.equal(['test/web-1 1']);
  });

  it('leaves a namespace for the end of a sweep over all pods', async () => {
    know(1);
    sweep.expect();
    await sweep.run('test', undefined);
    expect(queued).to.deep.equal([]);
    await sweep.run(undefined, undefined);
    expect(queued).to.deep.equal(['test/web-0 0', 'namespace:test 1']);
  });

  it('is no longer owed when there was nobody to tell: nothing waits for a replica that does not lead', async () => {
    leading = false;
    sweep.expect();
    sweep.defer('test/web-1', undefined);
    await sweep.run(undefined, undefined);
    expect(queued).to.deep.equal(['test/web-1 1']);
  });

  it('stays owed while what concerns many pods could not be told', async () => {
    await settled(11);
    change();
    sweep.expect();
    failure = new Error('no answer');
    await sweep.run(undefined, undefined).catch(() => undefined);
    expect(sweep.owed).to.equal(true);
    expect(queued).to.deep.equal([]);
    expect(later, 'soon, whatever the backoff').to.deep.equal(['config 10000']);
    failure = undefined;
    await sweep.run(undefined, undefined);
    expect(sweep.owed).to.equal(false);
    expect(queued).to.have.length(11);
  });

  it('waits for no Event that the server takes for wrong: pods have their conditions all the same', async () => {
    await settled(11);
    change();
    sweep.expect();
    failure = new ApiError({ code: 422, reason: 'Invalid', message: 'a bad note' });
    const error: unknown = await sweep.run(undefined, undefined).catch((thrown: unknown) => thrown);
    expect(error).to.equal(failure);
    expect(sweep.owed).to.equal(false);
    expect(queued).to.have.length(11);
  });

  it('leaves each of ten pods its own Event', async () => {
    await settled(10);
    change();
    await sweep.run(undefined, undefined);
    expect(told).to.deep.equal([]);
    await writeAll();
    expect(told).to.deep.equal(Array(10).fill('record ExcludedPortMissing OA403'));
  });

  it('tells of eleven pods in one Event before any of them is written, and of their recovery likewise', async () => {
    await settled(11);
    change();
    await sweep.run(undefined, undefined);
    expect(told).to.deep.equal(['record ExcludedPortMissing 11']);
    expect(queued).to.have.length(11);
    await writeAll();
    expect(told, 'no pod has an Event of its own').to.have.length(1);
    expect([...pods.values()].map(({ condition }) => condition?.reason)).to.deep.equal(
      Array(11).fill('ExcludedPortMissing'),
    );
    configs = configWith({});
    await sweep.run(undefined, undefined);
    await writeAll();
    expect(told.slice(1)).to.deep.equal(['record RedirectionVerified 11']);
  });

  it('still gives a pod an Event for what it alone has', async () => {
    await settled(12);
    const odd = meshedPod({
      name: 'web-0',
      uid: 'web-0',
      initContainers: [initContainer(osmScript('R1', { ports: [9] }))],
    });
    pods.set('test/web-0', { pod: odd, condition: pods.get('test/web-0')?.condition });
    change();
    await sweep.run(undefined, undefined);
    await writeAll();
    expect(told).to.deep.equal(['record ExcludedPortMissing 12', 'record ExcludedPortExtra OA404']);
  });

  describe('after a start or a change of the leader', () => {
    const interrupted = async (written: number): Promise<void> => {
      await settled(30);
      change();
      await sweep.run(undefined, undefined);
      expect(told.splice(0)).to.deep.equal(['record ExcludedPortMissing 30']);
      queued.length = written;
      await writeAll();
      create();
    };

    it('makes sure of the Event about those that are left, which the server knows by its identity', async () => {
      await interrupted(10);
      await sweep.run(undefined, undefined);
      expect(told).to.deep.equal(['ensure ExcludedPortMissing 20']);
      expect(queued).to.have.length(20);
    });

    it('does not give the last few an Event each if the Event about all is there', async () => {
      await interrupted(25);
      existing.add('ExcludedPortMissing');
      await sweep.run(undefined, undefined);
      await writeAll();
      expect(told).to.deep.equal(['look for ExcludedPortMissing']);
    });

    it('gives a few pods their Events if it is not there', async () => {
      await interrupted(28);
      await sweep.run(undefined, undefined);
      await writeAll();
      expect(told).to.deep.equal([
        'look for ExcludedPortMissing',
        'ensure ExcludedPortMissing OA403',
        'ensure ExcludedPortMissing OA403',
      ]);
    });
  });

  it('puts no pod in line when the Event could not be written, and only makes sure of it the next time', async () => {
    await settled(11);
    change();
    failure = new Error('no answer');
    const error: unknown = await sweep.run(undefined, undefined).catch((thrown: unknown) => thrown);
    expect(error).to.equal(failure);
    expect(queued).to.deep.equal([]);
    failure = undefined;
    await sweep.run(undefined, undefined);
    expect(told).to.deep.equal(['ensure ExcludedPortMissing 11']);
    expect(queued).to.have.length(11);
  });

  it('has the conditions written though Events are refused, and says so', async () => {
    await settled(11);
    change();
    failure = REFUSAL;
    const error: unknown = await sweep.run(undefined, undefined).catch((thrown: unknown) => thrown);
    expect(error).to.equal(REFUSAL);
    expect(queued).to.have.length(11);
    expect(logger.complaints).to.deep.equal(['an Event about many pods was refused']);
  });

  it('judges and writes nothing while another replica leads', async () => {
    know(11);
    change();
    leading = false;
    await sweep.run(undefined, undefined);
    expect(told).to.deep.equal([]);
    expect(queued).to.deep.equal([]);
    await sweep.judgedAll;
  });

  it('comes back to pods whose verdict waits for the time', async () => {
    know(1, {
      createdAt: clock.now(),
      containers: meshedPod().containers.map((each) => ({ ...each, status: undefined })),
    });
    await sweep.run(undefined, undefined);
    expect(later).to.deep.equal(['test/web-0 60001']);
  });

  it('notes since when somebody waits for the news of each pod', async () => {
    know(1);
    await sweep.run(undefined, 17);
    expect(notices.take('test/web-0')).to.equal(17);
  });

  it('logs a few pods that changed by name, and many by their number', async () => {
    await settled(20);
    change();
    await sweep.run(undefined, undefined);
    const named = (): number =>
      logger.lines.filter(({ message }) => message === 'the status of a pod has changed').length;
    expect(named()).to.equal(20);
    know(30);
    configs = configWith({ outbound_port_exclusion_list: '81' });
    create();
    await sweep.run(undefined, undefined);
    expect(named()).to.equal(0);
    const [line] = logger.lines.filter(({ message }) => message === 'pods judged');
    expect(line?.fields).to.include({ pods: 30, changed: 30 });
  });

  it('lets other work have its turn while it judges', async function () {
    this.timeout(30_000);
    const server = createServer((_, response) => response.end('ok'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      // Scripts that nobody has judged before take their time.
      for (let at = 0; at < 60; at += 1) {
        const initContainers = [initContainer(osmScript('R1', { ports: [at + 1, at + 2, at + 3] }))];
        pods.set(`test/odd-${at}`, {
          pod: meshedPod({ name: `odd-${at}`, uid: `odd-${at}`, initContainers }),
          condition: undefined,
        });
      }
      const done = new AbortController();
      let answers = 0;
      const ask = async (): Promise<void> => {
        const { port } = server.address() as AddressInfo;
        while (!done.signal.aborted) {
          await (await fetch(`http://127.0.0.1:${port}/`)).text();
          answers += 1;
        }
      };
      const asking = ask();
      await sweep.run(undefined, undefined);
      done.abort();
      await asking;
      expect(answers, 'requests answered during the sweep').to.be.greaterThan(2);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
