/**
 * Least privilege: takes each rule of the manifests away in turn and sees exactly what the controller then cannot
 * do, and that it goes on with everything else. A rule that changes nothing would be one too many.
 *
 * The table below is what docs/operations.md says about rights. A new rule without a line in it is a failing test.
 */
import { expect } from 'chai';
import { isDeepStrictEqual } from 'node:util';
import { parseAllDocuments } from 'yaml';
import {
  FSM_CONFIG_GROUP,
  installMeshConfigs,
  OSM_CONFIG_GROUP,
} from '../../src/testing/kube/mesh-config-crd.ts';
import { osmScript } from '../../src/testing/osm-scripts.ts';
import { readText } from '../../src/testing/repository.ts';
import { eventually, openCluster, type TestCluster } from './cluster.ts';
import { ControllerProcess, metricValue } from './controller-process.ts';
import { grant } from './grant.ts';
import { createPods } from './recorded-pods.ts';
import { CONDITION, conditionOf, eventsOn } from './reported.ts';

const MONITORED_BY = 'openservicemesh.io/monitored-by';
/** Refusals are believed after four in a row: a few seconds. The rest is for a busy machine. */
const WITHIN_MS = 60_000;

/** What can be seen of the controller from outside. */
interface Seen {
  /** The informers that the metrics call failing. */
  readonly failing: readonly string[];
  readonly readyz: string;
  /** Conditions, by pod; '' for none. */
  readonly conditions: Readonly<Record<string, string>>;
  /** The reasons of the Events on the pod that has no init container. */
  readonly events: readonly string[];
  /** Whether OA104 counts the pod that nobody injected. */
  readonly namespaceUnknown: boolean;
  /** Whether a patch of a condition has failed. */
  readonly patchFailed: boolean;
  /** What the log says was forbidden, by message and by what it is about. */
  readonly forbidden: readonly string[];
}

const PODS = {
  /** R4: of releases that read a MeshConfig. */
  cart: 'shop/cart',
  /** No init container: discrepant whatever the configuration. */
  bad: 'shop/bad',
  /** No sidecar: not of the mesh, as its namespace says by having no label. */
  outsider: 'outside/outsider',
  /** R1: of releases that read the ConfigMap, in the second of two meshes. */
  web: 'of-two/web',
} as const;

const EVERYTHING_WORKS: Seen = {
  failing: [],
  readyz: 'ok',
  conditions: {
    cart: 'True Verified',
    bad: 'False InitContainerMissing',
    outsider: '',
    web: 'True Verified',
  },
  events: ['InitContainerMissing'],
  namespaceUnknown: false,
  patchFailed: false,
  forbidden: [],
};

/** What is otherwise without a rule. The keys are resources in kubectl's notation. */
const EXPECTATIONS: Readonly<Record<string, Partial<Seen>>> = {
  pods: {
    failing: ['pods'],
    readyz:
      'pods may not be watched (forbidden: pods is forbidden: User "ACCOUNT" cannot list resource "pods" in API group "" ' +
      'at the cluster scope)',
    conditions: { cart: '', bad: '', outsider: '', web: '' },
    events: [],
    forbidden: ['list or watch failed, trying again: pods'],
  },
  // Which mesh a pod is of is not known then, and there are several.
  namespaces: {
    failing: ['namespaces'],
    conditions: { ...EVERYTHING_WORKS.conditions, web: 'Unknown ConfigAmbiguous' },
    namespaceUnknown: true,
    forbidden: ['list or watch failed, trying again: namespaces'],
  },
  configmaps: {
    failing: ['configmaps'],
    conditions: { ...EVERYTHING_WORKS.conditions, web: 'Unknown ConfigUnreadable' },
    forbidden: ['list or watch failed, trying again: configmaps'],
  },
  // Rules like those of the second mesh's pod were written by releases of either kind.
  'meshconfigs.config.openservicemesh.io': {
    failing: ['meshconfigs'],
    conditions: {
      ...EVERYTHING_WORKS.conditions,
      cart: 'Unknown ConfigUnreadable',
      web: 'Unknown ConfigUnreadable',
    },
    forbidden: ['list or watch failed, trying again: meshconfigs'],
  },
  // No pod here is FSM's.
  'meshconfigs.config.flomesh.io': {
    failing: ['fsm-meshconfigs'],
    forbidden: ['list or watch failed, trying again: fsm-meshconfigs'],
  },
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': {
    failing: ['mutatingwebhookconfigurations'],
    conditions: { ...EVERYTHING_WORKS.conditions, web: 'Unknown ConfigAmbiguous' },
    forbidden: ['list or watch failed, trying again: mutatingwebhookconfigurations'],
  },
  // The Event is written all the same.
  'pods/status': {
    conditions: { cart: '', bad: '', outsider: '', web: '' },
    patchFailed: true,
    forbidden: ['reconcile failed: of-two/web', 'reconcile failed: shop/bad', 'reconcile failed: shop/cart'],
  },
  // It watches and judges, and never leads.
  'leases.coordination.k8s.io get,update': {
    conditions: { cart: '', bad: '', outsider: '', web: '' },
    events: [],
    forbidden: ['the lease could not be read or renewed: osm-auditor/osm-auditor'],
  },
  'leases.coordination.k8s.io create': {
    conditions: { cart: '', bad: '', outsider: '', web: '' },
    events: [],
    forbidden: ['the lease could not be read or renewed: osm-auditor/osm-auditor'],
  },
  // The conditions are written all the same.
  'events.events.k8s.io': {
    events: [],
    forbidden: [
      'an Event about many pods was refused',
      'reconcile failed: config',
      'reconcile failed: outside/outsider',
      'reconcile failed: shop/bad',
    ],
  },
};

/** The account that may write nothing. */
const READER = { namespace: 'osm-auditor', name: 'reader' };

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

interface GrantedRule {
  /** `pods/status` or `events.events.k8s.io` */
  readonly key: string;
  readonly rule: Rule;
  /** Where it holds; undefined for everywhere. */
  readonly namespace: string | undefined;
}

/** Every rule of the manifest, of ClusterRoles and of Roles. */
function grantedRules(): readonly GrantedRule[] {
  const texts = ['manifests/base/rbac.yaml', 'manifests/lease-role.yaml'].map(readText);
  const objects = texts
    .flatMap((text) => parseAllDocuments(text))
    .map(
      (document) =>
        document.toJS() as {
          kind: string;
          metadata: { namespace?: string };
          rules?: readonly Rule[];
        },
    );
  return objects
    .filter(({ kind }) => kind === 'ClusterRole' || kind === 'Role')
    .flatMap(({ metadata: { namespace }, rules = [] }) =>
      rules.map((rule) => {
        const key = rule.resources.flatMap((resource) =>
          rule.apiGroups.map((group) => (group === '' ? resource : `${resource}.${group}`)),
        );
        // Of leases there are two.
        const verbs = rule.resources.includes('leases') ? ` ${rule.verbs.join()}` : '';
        return { key: `${key.join()}${verbs}`, rule, namespace };
      }),
    );
}

/** On a cluster that is not ours every test below is listed as pending. */
const suite = process.env['OSM_AUDITOR_E2E_KUBECONFIG'] === undefined ? describe : describe.skip;

suite('the rights of the controller (on a control plane of its own only)', function () {
  this.timeout(180_000);
  const rules = grantedRules();
  let cluster: TestCluster;
  let controller: ControllerProcess | undefined;

  const apply = (object: object): Promise<string> =>
    cluster.kubectl(['apply', '-f', '-'], JSON.stringify(object));
  const namespace = (name: string, labels: Readonly<Record<string, string>> = {}): Promise<string> =>
    apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });

  /** A mesh of its own name in each of three namespaces; one has a MeshConfig, the others a ConfigMap. */
  const installMeshes = async (): Promise<void> => {
    for (const [mesh, home] of [
      ['osm', 'osm-system'],
      ['one', 'osm-one'],
      ['two', 'osm-two'],
    ] as const) {
      await namespace(home);
      await apply({
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'MutatingWebhookConfiguration',
        metadata: { name: `osm-webhook-${mesh}` },
        webhooks: [
          {
            name: 'osm-inject.k8s.io',
            admissionReviewVersions: ['v1'],
            sideEffects: 'None',
            // Nobody serves it: it must match nothing.
            objectSelector: { matchLabels: { 'example.com/never': 'there' } },
            namespaceSelector: { matchLabels: { [MONITORED_BY]: mesh } },
            clientConfig: { service: { namespace: home, name: 'osm-injector', path: '/mutate' } },
            rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
          },
        ],
      });
    }
    for (const [home, ports] of [
      ['osm-one', '6379'],
      ['osm-two', '7070'],
    ]) {
      await apply({
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name: 'osm-config', namespace: home },
        data: { outbound_port_exclusion_list: ports },
      });
    }
    await apply({
      apiVersion: `${OSM_CONFIG_GROUP}/v1alpha2`,
      kind: 'MeshConfig',
      metadata: { name: 'osm-mesh-config', namespace: 'osm-system' },
      spec: { traffic: {}, sidecar: {} },
    });
  };

  const installPods = async (): Promise<void> => {
    await namespace('shop', { [MONITORED_BY]: 'osm' });
    await namespace('of-two', { [MONITORED_BY]: 'two' });
    const securityContext = {
      privileged: false,
      runAsNonRoot: false,
      runAsUser: 0,
      capabilities: { add: ['NET_ADMIN'] },
    };
    const podIp = { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } };
    await createPods(cluster, 'shop', [
      {
        name: 'cart',
        recorded: 'good',
        init: { args: ['-c', osmScript('R4')], env: [podIp], securityContext },
      },
      { name: 'bad', recorded: 'sidecar-no-init' },
    ]);
    await namespace('outside');
    const asking = { 'openservicemesh.io/sidecar-injection': 'enabled' };
    await createPods(cluster, 'outside', [{ name: 'outsider', recorded: 'no-sidecar', annotations: asking }]);
    await createPods(cluster, 'of-two', [
      {
        name: 'web',
        recorded: 'good',
        init: { args: ['-c', osmScript('R1', { ports: [7070] })], securityContext },
      },
    ]);
  };

  /** The account without this rule; without none if undefined. */
  const accountWithout = (revoked: GrantedRule | undefined): { namespace: string; name: string } => {
    return {
      namespace: 'osm-auditor',
      name: `without-${revoked === undefined ? 'none' : rules.indexOf(revoked)}`,
    };
  };

  before(async () => {
    cluster = await openCluster();
    const plane = cluster.own!;
    await namespace('osm-auditor');
    // Long before they are used, so that the API server has taken note.
    for (const revoked of [undefined, ...rules]) {
      const kept = rules.filter((rule) => rule !== revoked);
      for (const where of new Set(rules.map((rule) => rule.namespace))) {
        const here = kept.filter((rule) => rule.namespace === where).map(({ rule }) => rule);
        await grant(cluster, accountWithout(revoked), here, where);
      }
    }
    await installMeshConfigs(plane, OSM_CONFIG_GROUP, ['v1alpha2']);
    await installMeshConfigs(plane, FSM_CONFIG_GROUP, ['v1alpha3']);
    await installMeshes();
    await installPods();
  });
  afterEach(async () => {
    await controller?.stop();
    controller = undefined;
    // As before the first controller.
    const leases = '/apis/coordination.k8s.io/v1/namespaces/osm-auditor/leases';
    await cluster.own!.request('DELETE', leases);
    for (const pod of Object.values(PODS)) {
      const [where, name] = pod.split('/') as [string, string];
      const body = { status: { conditions: [{ type: CONDITION, $patch: 'delete' }] } };
      await cluster.own!.request('PATCH', `/api/v1/namespaces/${where}/pods/${name}/status`, body);
      await cluster.own!.request('DELETE', `/apis/events.k8s.io/v1/namespaces/${where}/events`);
    }
  });
  after(() => cluster.stop());

  const startWithout = async (revoked: GrantedRule | undefined): Promise<ControllerProcess> => {
    const kubeconfig = await cluster.own!.kubeconfigFor({ serviceAccount: accountWithout(revoked) });
    const elected = ['--leader-elect', '--lease-namespace', 'osm-auditor'];
    return ControllerProcess.start(['--kubeconfig', kubeconfig, '--settle-period', '0', ...elected]);
  };

  const look = async (running: ControllerProcess): Promise<Seen> => {
    const metrics = (await running.get('/metrics')).text;
    const conditions: Record<string, string> = {};
    for (const [name, pod] of Object.entries(PODS)) {
      const condition = await conditionOf(cluster, pod);
      conditions[name] = condition === undefined ? '' : `${condition.status} ${condition.reason}`;
    }
    const events = await eventsOn(cluster, 'shop', 'bad');
    const failures = 'osm_auditor_condition_patches_total{result="error"}';
    const forbidden = running.log
      .filter(({ error }) => typeof error === 'string' && error.startsWith('forbidden: '))
      .map(({ msg, informer, key, lease }) => [msg, informer ?? key ?? lease].filter(Boolean).join(': '));
    return {
      failing: [...metrics.matchAll(/^osm_auditor_informer_failing\{resource="(.*)"\} 1$/gm)].map(
        ([, name]) => name ?? '',
      ),
      readyz: (await running.get('/readyz')).text.trim().replace(/system:serviceaccount:[\w:-]+/, 'ACCOUNT'),
      conditions,
      events: events.map(({ reason }) => reason),
      namespaceUnknown: /^osm_auditor_findings\{namespace="outside",code="OA104",.*\} 1$/m.test(metrics),
      patchFailed: (metricValue(metrics, failures) ?? 0) > 0,
      forbidden: [...new Set(forbidden)].sort(),
    };
  };

  /** Waits until that is what is seen, or says what is. */
  const comesToBe = async (running: ControllerProcess, wanted: Seen): Promise<void> => {
    let seen: Seen | undefined;
    await eventually(
      'what is expected',
      async () => {
        seen = await look(running);
        return isDeepStrictEqual(seen, wanted) ? true : undefined;
      },
      WITHIN_MS,
    ).catch(() => expect(seen).to.deep.equal(wanted));
  };

  it('are enough for everything, and nothing is forbidden', async () => {
    controller = await startWithout(undefined);
    await comesToBe(controller, EVERYTHING_WORKS);
  });

  it('to write are not needed by one that is told to write nothing: it counts, and complains of nothing', async () => {
    const reading = rules.filter(({ key }) => key !== 'pods/status' && key !== 'events.events.k8s.io');
    for (const where of new Set(rules.map((rule) => rule.namespace))) {
      const here = reading.filter((rule) => rule.namespace === where).map(({ rule }) => rule);
      await grant(cluster, READER, here, where);
    }
    const kubeconfig = await cluster.own!.kubeconfigFor({ serviceAccount: READER });
    const quiet = ['--write-conditions=false', '--write-events=false'];
    controller = ControllerProcess.start(['--kubeconfig', kubeconfig, ...quiet]);
    await controller.ready();
    await comesToBe(controller, {
      ...EVERYTHING_WORKS,
      conditions: { cart: '', bad: '', outsider: '', web: '' },
      events: [],
    });
    const { text } = await controller.get('/metrics');
    expect(metricValue(text, 'osm_auditor_pods{namespace="shop",status="Discrepant"}')).to.equal(1);
    expect(metricValue(text, 'osm_auditor_pods{namespace="of-two",status="Verified"}')).to.equal(1);
  });

  it('are each in the table, and the table has no others', () => {
    expect(rules.map(({ key }) => key).sort()).to.deep.equal(Object.keys(EXPECTATIONS).sort());
  });

  for (const revoked of rules) {
    it(`without ${revoked.key}: exactly what the table says`, async () => {
      controller = await startWithout(revoked);
      const expectation = EXPECTATIONS[revoked.key];
      await comesToBe(controller, { ...EVERYTHING_WORKS, ...expectation });
    });
  }
});
