/**
 * Objects that are made to harm whoever reads them: texts that forge lines or drive a terminal, keys that every object of
 * JavaScript has, and sizes beyond reason. Through the bundle that is shipped: from files, from a server that says whatever
 * it likes, and from a real API server, as far as that lets them through.
 */
import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { page, ScriptedServer, status, watch, type Step } from '../../src/testing/kube/scripted-server.ts';
import { osmAuditor } from '../../src/testing/recording-terminal.ts';
import { readJson, repositoryRoot } from '../../src/testing/repository.ts';
import { eventually, openCluster, type TestCluster } from './cluster.ts';
import { ControllerProcess, metricValue } from './controller-process.ts';
import { createPods } from './recorded-pods.ts';
import { conditionBecomes, conditionOf, eventsOn } from './reported.ts';

/** Clears the screen, sets its title and colours, turns the text round, hides some of it, and forges lines. */
const DRIVING = '\u001b[2J\u001b]0;title\u0007\u009b31m\u202e\u2066\u200b\ufeff\u007f\u0085\t';
const FORGING = '\r\nkube-system   forged   Verified\n{"level":"error","msg":"forged"}\u2028\n';
const HOSTILE = `a${DRIVING}${FORGING}b`;
const KEYS = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'];
const CONFIG = 'examples/guide/base/config.yaml';

/** What must not come out: all control and format characters but the end of a line. */
const UNSEEN = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

function expectHarmless(bytes: Buffer, what: string): void {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  const found = UNSEEN.exec(text);
  expect(found?.[0].codePointAt(0)?.toString(16), `${what}: ${JSON.stringify(text.slice(0, 300))}`).to.equal(
    undefined,
  );
}

interface PodObject {
  metadata: Record<string, unknown> & { annotations: Record<string, string>; labels: Record<string, string> };
  spec: Record<string, unknown> & {
    containers: Record<string, unknown>[];
    initContainers: Record<string, unknown>[];
  };
  status: {
    containerStatuses: Record<string, unknown>[];
    initContainerStatuses: Record<string, unknown>[];
    conditions: unknown[];
  };
}

function recordedPod(): PodObject {
  return structuredClone(readJson('examples/recorded/good.json')) as PodObject;
}

/** An object with each of the keys as its own. */
function withKeys(text: string): Record<string, string> {
  return Object.fromEntries(KEYS.map((key) => [key, text]));
}

/** Pods with the text in every place that is read, and more than the pod itself. */
function hostileObjects(text: string): readonly object[] {
  const named = recordedPod();
  const { metadata, spec } = named;
  Object.assign(metadata, { name: text, namespace: text, uid: text });
  Object.assign(metadata, { ownerReferences: [{ kind: text, name: text, controller: true }] });
  for (const product of ['openservicemesh.io', 'flomesh.io']) {
    for (const name of [
      'outbound-port-exclusion-list',
      'outbound-ip-range-exclusion-list',
      'sidecar-injection',
    ]) {
      metadata.annotations[`${product}/${name}`] = text;
    }
  }
  Object.assign(metadata, { labels: { ...metadata.labels, ...withKeys(text) } });
  Object.assign(metadata, { annotations: { ...metadata.annotations, ...withKeys(text) } });
  spec.containers.push({ name: text, image: text, securityContext: { runAsUser: 1500 } });
  const scripted = (script: string): PodObject => {
    const pod = recordedPod();
    pod.metadata['name'] = 'scripted';
    const [init] = pod.spec.initContainers;
    Object.assign(init!, { args: ['-c', script], env: KEYS.map((name) => ({ name, value: text })) });
    return pod;
  };
  const waiting = recordedPod();
  const state = { waiting: { reason: text, message: text } };
  waiting.metadata['name'] = 'waiting';
  for (const container of waiting.status.containerStatuses) Object.assign(container, { state, ready: false });
  const crashed = recordedPod();
  crashed.metadata['name'] = 'crashed';
  const terminated = { exitCode: 2, reason: text, message: text };
  for (const container of crashed.status.initContainerStatuses) {
    Object.assign(container, {
      state: { terminated },
      lastState: { terminated },
      ready: false,
      restartCount: 3,
    });
  }
  const selector = { matchLabels: { 'openservicemesh.io/monitored-by': text } };
  return [
    named,
    waiting,
    crashed,
    scripted(`iptables -t nat -N '${text}'`),
    scripted(`echo "${text}`),
    scripted(`iptables -t nat -N $constructor $toString`),
    scripted(
      `iptables-restore <<EOF\n*nat\n-A OUTPUT -m comment --comment '${text}' -j ${text}\nCOMMIT\nEOF\n`,
    ),
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: text, labels: withKeys(text) } },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'osm-config', namespace: 'osm-system' },
      data: {
        ...withKeys(text),
        outbound_port_exclusion_list: text,
        outbound_ip_range_exclusion_list: `10.0.0.0/8, ${text}`,
      },
    },
    {
      apiVersion: 'config.flomesh.io/v1alpha3',
      kind: 'MeshConfig',
      metadata: { name: text, namespace: text },
      spec: {
        traffic: { outboundIPRangeExclusionList: [text], networkInterfaceExclusionList: [text] },
        sidecar: {},
      },
    },
    {
      apiVersion: 'admissionregistration.k8s.io/v1',
      kind: 'MutatingWebhookConfiguration',
      metadata: { name: text },
      webhooks: [
        {
          name: 'osm-inject.k8s.io',
          namespaceSelector: selector,
          clientConfig: { service: { namespace: text } },
          failurePolicy: 'Ignore',
        },
      ],
    },
  ];
}

interface Ran {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** The bundle with the heap that manifests/deployment.yaml gives it. */
function run(args: readonly string[], input: string | Buffer = ''): Ran {
  const words = ['--max-old-space-size=160', join(repositoryRoot, 'dist/osm-auditor.js'), ...args];
  const env = { PATH: process.env['PATH'] ?? '', NODE_V8_COVERAGE: '' };
  return spawnSync(process.execPath, words, { cwd: repositoryRoot, env, input, maxBuffer: 2 ** 30 });
}

/** The same beside a server of this process, which must go on answering. */
async function runBeside(args: readonly string[]): Promise<Ran> {
  const env = { PATH: process.env['PATH'] ?? '', NODE_V8_COVERAGE: '' };
  const child = spawn(process.execPath, [join(repositoryRoot, 'dist/osm-auditor.js'), ...args], { env });
  const collected = [child.stdout, child.stderr].map(async (stream) => {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  });
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'exit') as Promise<[number | null]>,
    ...(collected as [Promise<Buffer>, Promise<Buffer>]),
  ]);
  return { status: code, stdout, stderr };
}

describe('hostile objects in files', function () {
  this.timeout(120_000);

  const list = (objects: readonly object[]): string =>
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });

  for (const format of ['table', 'wide', 'json', 'yaml', 'name']) {
    it(`drive no terminal by check -o ${format}`, () => {
      const {
        status: code,
        stdout,
        stderr,
      } = run(['check', '-f', '-', '-o', format], list(hostileObjects(HOSTILE)));
      expect([code, stderr.toString()]).to.deep.equal([1, '']);
      expectHarmless(stdout, format);
      if (format === 'json')
        expect(JSON.parse(stdout.toString())).to.have.nested.property('pods[0].name', HOSTILE);
      if (format !== 'yaml') expect(stdout.toString()).not.to.match(/^kube-system/m);
    });
  }

  it('drive no terminal by expected and trace, whatever these make of them', async () => {
    const objects = hostileObjects(HOSTILE);
    const pods = objects.slice(0, 7) as readonly PodObject[];
    for (const pod of pods) {
      const name = String(pod.metadata['name']);
      for (const words of [
        ['expected', '-f', '-'],
        ['trace', name, '-f', '-', '--to', '10.0.0.1:80'],
        ['trace', name, '-f', '-', '--to', '10.0.0.1:80', '-o', 'json'],
      ]) {
        for (const around of [objects.slice(7), [readGuideConfig()]]) {
          const { stdout, stderr } = await osmAuditor(words, { stdin: list([pod, ...around]) });
          expectHarmless(Buffer.from(stdout), words.join(' '));
          expectHarmless(Buffer.from(stderr), words.join(' '));
          expect(stderr).to.match(/^([^\n]*\n)?$/);
        }
      }
    }
  });

  it('drive no terminal by an error message, of input, of words or of file names', () => {
    const bad: readonly (readonly [readonly string[], string | Buffer])[] = [
      [['check', '-f', '-'], `{"kind": "${HOSTILE}`],
      [['check', '-f', '-'], `a: [${HOSTILE}`],
      [['check', '-f', '-'], Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x9b, 0x33, 0x31, 0x6d, 0x22])],
      [['check', '-f', '-'], list([{ ...recordedPod(), spec: { containers: HOSTILE } }])],
      [['check', '-f', `/nowhere/${HOSTILE}`], ''],
      [['check', '-f', CONFIG, '-n', HOSTILE], ''],
      [['check', '-f', CONFIG, '-o', HOSTILE], ''],
      [['check', `--${HOSTILE}`], ''],
      [['check', '--kubeconfig', `/nowhere/${HOSTILE}`], ''],
      [['explain', HOSTILE], ''],
      [['trace', HOSTILE, '-f', CONFIG, '--to', HOSTILE], ''],
      [[HOSTILE], ''],
      [['run', '--listen', HOSTILE], ''],
      [['run', '--log-level', HOSTILE], ''],
    ];
    for (const [words, input] of bad) {
      const { status: code, stdout, stderr } = run(words, input);
      expect([code, stdout.toString()], words.join(' ')).to.deep.equal([2, '']);
      expectHarmless(stderr, words.join(' '));
      expect(stderr.toString()).to.match(/^error: [^\n]*\n(See [^\n]*\n)?$/);
    }
  });

  it('that are no UTF-8 come out as UTF-8', () => {
    const pod = recordedPod();
    pod.metadata['name'] = 'NAME';
    const [before = '', after = ''] = JSON.stringify(pod).split('"NAME"');
    const bytes = Buffer.concat([
      Buffer.from(`${before}"`),
      Buffer.from([0x61, 0xff, 0xc3, 0x9b]),
      Buffer.from(`"${after}`),
    ]);
    for (const format of ['table', 'json', 'yaml', 'name']) {
      expectHarmless(run(['check', '-f', '-', '-f', CONFIG, '-o', format], bytes).stdout, format);
    }
  });

  it('give no key of every object a meaning', () => {
    const pod = recordedPod();
    pod.metadata.labels = { ...pod.metadata.labels, ...withKeys('x') };
    Object.assign(pod.metadata, { annotations: { ...pod.metadata.annotations, ...withKeys('x') } });
    Object.assign(pod.spec.initContainers[0]!, { env: KEYS.map((name) => ({ name, value: 'x' })) });
    const config = { ...readGuideConfig(), data: withKeys('x') };
    const ran = run(['check', '-f', '-', '-o', 'table'], list([pod, config]));
    expect([ran.status, ran.stderr.toString()]).to.deep.equal([0, '']);
    expect(ran.stdout.toString()).to.match(/^test +good +Verified$/m);
  });

  /** Generous: each takes about a second on one core. */
  const WITHIN_MS = 30_000;
  const SIZES: Readonly<Record<string, (pod: PodObject) => void>> = {
    'an annotation of a megabyte that nobody reads': ({ metadata }) => {
      metadata.annotations['x'] = 'y'.repeat(2 ** 20);
    },
    'an annotation of a megabyte of commas, each of which is a bad item': ({ metadata }) => {
      metadata.annotations['openservicemesh.io/outbound-port-exclusion-list'] = ','.repeat(2 ** 20);
    },
    'an annotation with every port there is': ({ metadata }) => {
      const ports = Array.from({ length: 65_535 }, (_, i) => i + 1);
      metadata.annotations['openservicemesh.io/outbound-port-exclusion-list'] = ports.join();
    },
    '5,000 containers, in an order that suits nobody': ({ spec, status: said }) => {
      const extra = Array.from({ length: 5000 }, (_, i) => `c${i}`);
      spec.containers.push(...extra.map((name, i) => ({ name, ports: [{ containerPort: i + 1 }] })));
      const state = { running: { startedAt: '2026-01-01T00:00:00Z' } };
      said.containerStatuses.unshift(...extra.map((name) => ({ name, state, ready: true })).reverse());
    },
    "5,000 containers of the proxy's user": ({ spec }) => {
      const securityContext = { runAsUser: 1500 };
      const extra = Array.from({ length: 5000 }, (_, i) => ({ name: `c${i}`, securityContext }));
      spec.containers.push(...extra);
    },
    '5,000 init containers before osm-init': ({ spec }) => {
      const extra = Array.from({ length: 5000 }, (_, i) => ({ ...spec.initContainers[0], name: `c${i}` }));
      spec.initContainers.unshift(...extra);
    },
    'a script of a megabyte': ({ spec }) => {
      Object.assign(spec.initContainers[0]!, { args: ['-c', 'iptables -t nat -N A && '.repeat(40_000)] });
    },
    'a name of a megabyte': ({ metadata }) => {
      metadata['name'] = 'n'.repeat(2 ** 20);
    },
    'the times of 300,000 changes': ({ metadata }) => {
      metadata['managedFields'] = Array.from({ length: 300_000 }, () => ({ time: '2026-01-01T00:00:00Z' }));
    },
  };
  for (const [what, change] of Object.entries(SIZES)) {
    it(`cost little, with the memory of the deployment: ${what}`, () => {
      const pod = recordedPod();
      change(pod);
      const others = Array.from({ length: 200 }, (_, i) => {
        const other = recordedPod();
        other.metadata['name'] = `other-${i}`;
        return other;
      });
      const input = list([pod, ...others]);
      for (const format of ['wide', 'json']) {
        const begun = Date.now();
        const { status: code, stdout, stderr } = run(['check', '-f', '-', '-f', CONFIG, '-o', format], input);
        expect(Date.now() - begun).to.be.below(WITHIN_MS);
        expect([code === 0 || code === 1 || code === 3, stderr.toString()]).to.deep.equal([true, '']);
        // No more than was put in, and the other pods' share.
        expect(stdout.length).to.be.below(2 * 2 ** 20 + 1000 * 2000);
      }
    });
  }
});

function readGuideConfig(): object {
  const metadata = { name: 'osm-config', namespace: 'osm-system' };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: {} };
}

describe('a hostile server', function () {
  this.timeout(60_000);
  let server: ScriptedServer;
  let controller: ControllerProcess | undefined;

  beforeEach(async () => {
    server = await ScriptedServer.start();
  });
  afterEach(async () => {
    await controller?.stop();
    controller = undefined;
    await server.stop();
  });

  const always = (step: Step): void => server.play(...Array.from({ length: 1000 }, () => step));
  const start = async (...args: readonly string[]): Promise<ControllerProcess> => {
    controller = ControllerProcess.start(['--kubeconfig', await server.kubeconfig(), ...args]);
    return controller;
  };
  /** Pods and a configuration that are hostile, and errors that are for everything else. */
  const hostile: Step = (response, request) => {
    const unreadable = {
      kind: 'Pod',
      metadata: { name: HOSTILE, namespace: 'b' },
      spec: { containers: HOSTILE },
    };
    const objects = [unreadable, ...hostileObjects(HOSTILE)] as readonly { kind: string; metadata: object }[];
    const of = (kind: string): readonly object[] =>
      objects
        .filter((object) => object.kind === kind)
        .map((object, i) => ({
          ...object,
          metadata: { ...object.metadata, resourceVersion: '1', uid: `u${i}` },
        }));
    const error: Step = (answer) =>
      answer.writeHead(500, { 'content-type': 'text/html' }).end(`<h1>${HOSTILE}</h1>`);
    const watched = request.query['watch'] !== undefined;
    const byPath: Readonly<Record<string, Step>> = {
      '/api/v1/pods': watched ? watch(`{"type": ${HOSTILE}\n`) : page(of('Pod'), '1'),
      '/api/v1/namespaces': watched ? watch() : page(of('Namespace'), '1'),
      '/api/v1/configmaps': watched ? error : page(of('ConfigMap'), '1'),
      '/apis/config.openservicemesh.io': status(404, 'NotFound', HOSTILE),
      '/apis/config.flomesh.io': status(404, 'NotFound', HOSTILE),
      '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations': status(403, HOSTILE, HOSTILE),
    };
    (byPath[request.path] ?? error)(response, request);
  };

  for (const format of ['json', 'text']) {
    it(`cannot forge a line of the log, nor drive the terminal that shows it (${format})`, async () => {
      always(hostile);
      const running = await start('--log-format', format, '--log-level', 'debug');
      const wanted = [
        'the status of a pod has changed',
        'list or watch failed, trying again',
        'a line of the watch is not JSON',
        'the mesh configuration has a finding',
        'reconcile failed',
        'an object could not be read',
        'forged',
      ];
      await eventually('every kind of line', () => {
        const text = running.written.toString();
        const missing = wanted.filter((each) => !text.includes(each));
        return missing.length === 0 ? Promise.resolve(true) : Promise.reject(new Error(missing.join()));
      });
      const written = running.written;
      expectHarmless(written.subarray(0, written.lastIndexOf('\n')), format);
      const form =
        format === 'json'
          ? /^\{"level":"\w+","ts":".*"\}$|^\{"level":"\w+","ts":".*\}$/
          : /^\d\d:\d\d:\d\d [A-Z]+ +\S/;
      const lines = written.toString().split('\n').slice(0, -1);
      for (const line of lines) expect(line).to.match(form);
      if (format === 'json')
        for (const line of lines) expect(JSON.parse(line)).to.not.have.property('msg', 'forged');
    });
  }

  it('cannot forge a metric, nor a line of /readyz', async () => {
    always(hostile);
    const running = await start();
    const text = await eventually('the pods are judged', async () => {
      const { text: metrics } = await running.get('/metrics');
      return /^osm_auditor_pods\{.*\} 1$/m.test(metrics) ? metrics : undefined;
    });
    expectHarmless(Buffer.from(text), 'metrics');
    // The one that has no shape is counted, and kept the others from nothing.
    expect(metricValue(text, 'osm_auditor_informer_unreadable_objects_total{resource="pods"}')).to.equal(1);
    for (const line of text.split('\n'))
      expect(line).to.match(/^$|^# (HELP|TYPE) |^[a-z_0-9]+(\{.*\})? \S+$/);
  });

  it('is quoted by /readyz in one line', async () => {
    always(status(403, HOSTILE, HOSTILE));
    const running = await start();
    const reason = await eventually('a reason', async () => {
      const { status: code, text } = await running.get('/readyz');
      return code === 503 && text.includes('forged') ? text : undefined;
    });
    expectHarmless(Buffer.from(reason), 'readyz');
    expect(reason).to.match(/^[^\n]+\n$/);
  });

  it('is quoted by check in one line', async () => {
    always(status(500, HOSTILE, HOSTILE));
    const kubeconfig = await server.kubeconfig();
    const { stdout, stderr, status: code } = await runBeside(['check', '-A', '--kubeconfig', kubeconfig]);
    expect([code, stdout.length]).to.deep.equal([2, 0]);
    expectHarmless(stderr, 'check');
    expect(stderr.toString()).to.match(/^error: cannot list pods: [^\n]*\n$/);
  });
});

/** On a cluster that is not ours every test below is listed as pending. */
const suite = process.env['OSM_AUDITOR_E2E_KUBECONFIG'] === undefined ? describe : describe.skip;

suite('hostile objects on a real API server (on a control plane of its own only)', function () {
  this.timeout(120_000);
  let cluster: TestCluster;
  let controller: ControllerProcess;
  /** What is stored must be UTF-8, and no more. */
  const text = `x'${HOSTILE}`;

  before(async () => {
    cluster = await openCluster();
    for (const name of ['osm-system', 'shop']) await cluster.kubectl(['create', 'namespace', name]);
    const metadata = { name: 'osm-config', namespace: 'osm-system' };
    const data = { ...Object.fromEntries(KEYS.map((key) => [key, text])), outbound_port_exclusion_list: '' };
    await cluster.kubectl(
      ['create', '-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }),
    );
    await cluster.kubectl(['apply', '-k', 'manifests']);
    const serviceAccount = { namespace: 'osm-auditor', name: 'osm-auditor' };
    const kubeconfig = await cluster.own!.kubeconfigFor({ serviceAccount });
    controller = ControllerProcess.start(['--kubeconfig', kubeconfig, '--grace-period', '0']);
    await controller.ready();
  });
  after(async () => {
    await controller.stop();
    await cluster.stop();
  });

  it('are judged, and told of in words that the server takes and nobody need fear', async () => {
    const { status: good } = recordedPod();
    const waiting = { reason: text, message: text };
    const statuses = (good as unknown as { containerStatuses: object[] }).containerStatuses.map((each) => {
      return { ...each, state: { waiting }, ready: false };
    });
    const env = KEYS.map((name) => ({ name, value: text }));
    const list = 'openservicemesh.io/outbound-port-exclusion-list';
    await createPods(cluster, 'shop', [
      // The API takes 256 KiB of annotations.
      { name: 'large', recorded: 'good', annotations: { large: 'y'.repeat(250_000) } },
      { name: 'keys', recorded: 'good', init: { env }, annotations: { constructor: text, toString: text } },
      { name: 'script', recorded: 'good', init: { args: ['-c', `iptables -t nat -N '${text}`] } },
      { name: 'waiting', recorded: 'good', status: { ...good, containerStatuses: statuses } },
      { name: 'list', recorded: 'good', annotations: { [list]: text } },
    ]);
    await conditionBecomes(cluster, 'shop/large', 'True Verified');
    await conditionBecomes(cluster, 'shop/keys', 'True Verified');
    for (const name of ['script', 'waiting', 'list']) {
      const { message } = await eventually(`a word on ${name}`, () => conditionOf(cluster, `shop/${name}`));
      const notes = (await eventsOn(cluster, 'shop', name)).map(({ note }) => note);
      for (const said of [message, ...notes]) {
        expect(said).to.not.match(/\n/);
        expectHarmless(Buffer.from(said), name);
        expect(Buffer.byteLength(said)).to.be.at.most(1024);
      }
    }
  });

  it('are written about once: what the server stores is what was meant', async () => {
    const written = async (): Promise<number | undefined> =>
      metricValue(
        (await controller.get('/metrics')).text,
        'osm_auditor_condition_patches_total{result="success"}',
      );
    const before = await written();
    // A change that concerns every pod, and after it the same verdicts.
    await cluster.kubectl(['annotate', 'namespace', 'shop', 'openservicemesh.io/sidecar-injection=enabled']);
    await cluster.kubectl(['label', 'namespace', 'shop', 'openservicemesh.io/monitored-by=osm']);
    await createPods(cluster, 'shop', [{ name: 'last', recorded: 'good' }]);
    await conditionBecomes(cluster, 'shop/last', 'True Verified');
    expect(await written()).to.equal((before ?? 0) + 1);
    expect(controller.log.filter(({ level }) => level === 'raw' || level === 'error')).to.deep.equal([]);
    expectHarmless(controller.written, 'log');
  });
});
