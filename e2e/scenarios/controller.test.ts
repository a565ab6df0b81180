/**
 * The controller's whole story on a real API server, with the bundle that is shipped and the service account of the
 * manifests: create pods, see conditions and Events; change the configuration, see pods follow; restart, see no write.
 */
import { expect } from 'chai';
import { eventually, openCluster, type TestCluster } from './cluster.ts';
import { ControllerProcess, metricValue } from './controller-process.ts';
import { createPods, patchStatus } from './recorded-pods.ts';
import {
  CONDITION,
  conditionBecomes,
  conditionOf,
  eventsOn,
  type Condition,
  type Event,
} from './reported.ts';

const NAMESPACE = 'bookstore';
const OURS = 'openservicemesh.io/osm-auditor';

/** A pod, or an Event: it regards something. */
interface Stored {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly regarding?: object;
  readonly reportingController?: string;
}

describe('the controller on a cluster', function () {
  this.timeout(180_000);
  let cluster: TestCluster;
  let controller: ControllerProcess | undefined;
  let controllerArgs: readonly string[] = [];

  const config = async (data: Readonly<Record<string, string>>): Promise<void> => {
    const metadata = { name: 'osm-config', namespace: 'osm-system' };
    await cluster.kubectl(
      ['apply', '-f', '-'],
      JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }),
    );
  };
  const becomes = (pod: string, status: string, reason: string, withinMs?: number): Promise<Condition> =>
    conditionBecomes(cluster, `${NAMESPACE}/${pod}`, `${status} ${reason}`, withinMs);
  const events = (name: string, namespace = NAMESPACE): Promise<readonly Event[]> =>
    eventsOn(cluster, namespace, name);
  const metrics = async (): Promise<string> => {
    if (controller !== undefined) return (await controller.get('/metrics')).text;
    const proxy = '/api/v1/namespaces/osm-auditor/services/osm-auditor:metrics/proxy/metrics';
    return cluster.kubectl(['get', '--raw', proxy]);
  };
  const metricBecomes = (series: string, wanted: number | undefined): Promise<boolean> =>
    eventually(`${series} becomes ${wanted}`, async () => {
      const value = metricValue(await metrics(), series);
      if (value === wanted) return true;
      throw new Error(`it is ${value}`);
    });
  /** Everything that the controller could have written to, with its version. */
  const versions = async (): Promise<string> => {
    const raw = [`/api/v1/namespaces/${NAMESPACE}/pods`, '/apis/events.k8s.io/v1/events'];
    const lists = await Promise.all(raw.map((path) => cluster.kubectl(['get', '--raw', path])));
    return lists
      .flatMap((text) => (JSON.parse(text) as { items: Stored[] }).items)
      .filter(({ regarding, reportingController }) => regarding === undefined || reportingController === OURS)
      .map(({ metadata: { name, resourceVersion } }) => `${name} ${resourceVersion}`)
      .join('\n');
  };

  before(async () => {
    cluster = await openCluster();
    for (const name of ['osm-system', NAMESPACE]) {
      await cluster.kubectl(
        ['apply', '-f', '-'],
        JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }),
      );
    }
    await cluster.kubectl(['label', 'namespace', NAMESPACE, 'openservicemesh.io/monitored-by=osm']);
    await cluster.kubectl([
      'annotate',
      'namespace',
      NAMESPACE,
      'openservicemesh.io/sidecar-injection=enabled',
    ]);
    await config({});
    if (cluster.own === undefined) {
      await eventually('the service account is made', () =>
        cluster.kubectl(['get', 'serviceaccount', 'default', '-n', NAMESPACE]),
      );
      return;
    }
    await cluster.kubectl(['create', 'serviceaccount', 'default', '-n', NAMESPACE]).catch(() => '');
    await cluster.kubectl(['apply', '-k', 'manifests']);
    const serviceAccount = { namespace: 'osm-auditor', name: 'osm-auditor' };
    const kubeconfig = await cluster.own.kubeconfigFor({ serviceAccount });
    controllerArgs = ['--kubeconfig', kubeconfig, '--grace-period', '4'];
    controller = ControllerProcess.start(controllerArgs);
    await controller.ready();
  });

  after(async () => {
    await controller?.stop();
    if (cluster.own === undefined) {
      await cluster.kubectl(['delete', 'namespace', NAMESPACE, '--wait=false']);
      await cluster.kubectl(['delete', 'configmap', 'osm-config', '-n', 'osm-system']);
    }
    await cluster.stop();
  });

  it('verifies a good pod and says so in its condition, without an Event', async () => {
    await createPods(cluster, NAMESPACE, [{ name: 'good', recorded: 'good' }]);
    const { message, lastTransitionTime } = await becomes('good', 'True', 'Verified');
    expect(message).to.equal('Traffic is redirected as the mesh configuration says.');
    expect(Date.parse(lastTransitionTime)).to.be.closeTo(Date.now(), 60_000);
    expect(await events('good')).to.deep.equal([]);
  });

  it('finds what is wrong with recorded pods, each with one Warning for each finding', async () => {
    const wrong: Readonly<Record<string, readonly string[]>> = {
      'good-ports': ['ExcludedPortExtra'],
      'iprange-doc': ['InitContainerCrashLoop', 'ScriptRefused'],
      'init-bad-rule': ['InitContainerCrashLoop', 'RuleRefused'],
      'sidecar-no-init': ['InitContainerMissing'],
      'init-no-sidecar': ['SidecarMissing'],
      'envoy-crash': ['SidecarNotRunning'],
    };
    await createPods(
      cluster,
      NAMESPACE,
      Object.keys(wrong).map((name) => ({ name, recorded: name })),
    );
    for (const [name, reasons] of Object.entries(wrong)) {
      const { message } = await becomes(name, 'False', reasons[0] ?? '');
      const told = await events(name);
      expect(told.map(({ reason }) => reason).sort(), name).to.deep.equal([...reasons].sort());
      for (const { type, note, regarding, series } of told) {
        expect([type, regarding.kind, series], name).to.deep.equal(['Warning', 'Pod', undefined]);
        expect(message).to.include(note);
      }
    }
  });

  it('shows the Events in kubectl get events', async () => {
    const table = await cluster.kubectl(['get', 'events', '-n', NAMESPACE]);
    expect(table).to.match(
      /Warning +ScriptRefused +pod\/iprange-doc +OA301 A shell refuses the script of osm-init at line 1, column 1049/,
    );
  });

  it('writes no condition on a pod that opts out', async () => {
    await createPods(cluster, NAMESPACE, [{ name: 'no-sidecar', recorded: 'no-sidecar' }]);
    await metricBecomes(`osm_auditor_pods{namespace="${NAMESPACE}",status="NotApplicable"}`, 1);
    expect(await conditionOf(cluster, `${NAMESPACE}/no-sidecar`)).to.equal(undefined);
  });

  it('counts pods and findings', async () => {
    await metricBecomes(`osm_auditor_pods{namespace="${NAMESPACE}",status="Verified"}`, 1);
    await metricBecomes(`osm_auditor_pods{namespace="${NAMESPACE}",status="Discrepant"}`, 6);
    await metricBecomes(`osm_auditor_findings{namespace="${NAMESPACE}",code="OA205",severity="error"}`, 2);
    await metricBecomes(`osm_auditor_findings{namespace="${NAMESPACE}",code="OA402",severity="error"}`, 0);
    await metricBecomes('osm_auditor_config_valid', 1);
    await metricBecomes('osm_auditor_informer_synced{resource="pods"}', 1);
  });

  it('gives a starting pod its grace, then reports it', async () => {
    await createPods(cluster, NAMESPACE, [{ name: 'slow', recorded: 'envoy-not-ready' }]);
    await metricBecomes(`osm_auditor_findings{namespace="${NAMESPACE}",code="OA208",severity="info"}`, 1);
    expect(await events('slow')).to.deep.equal([]);
    await becomes('slow', 'False', 'SidecarNotReady', 90_000);
    const ready = JSON.parse(
      await cluster.kubectl(['get', 'pod', 'good', '-n', NAMESPACE, '-o', 'json']),
    ) as {
      status: Record<string, unknown>;
    };
    await patchStatus(cluster, NAMESPACE, 'slow', ready.status);
    await becomes('slow', 'True', 'Verified');
    expect((await events('slow')).map(({ type, reason }) => `${type} ${reason}`)).to.deep.equal([
      'Warning SidecarNotReady',
      'Normal RedirectionVerified',
    ]);
  });

  it('judges every pod again when the configuration changes, and recovers with one Normal Event', async () => {
    await config({ outbound_port_exclusion_list: '6379, 7070, 8080' });
    const { message } = await becomes('good', 'False', 'ExcludedPortMissing');
    expect(message).to.include('port 6379, 7070 and 8080');
    expect(message).to.include(
      'The configuration was changed after the pod was created, and the pod still runs',
    );
    await becomes('good-ports', 'True', 'Verified');
    await config({});
    await becomes('good', 'True', 'Verified');
    await becomes('good-ports', 'False', 'ExcludedPortExtra');
    expect(
      (await events('good')).map(({ type, reason, series }) => `${type} ${reason} ${series?.count ?? 1}`),
    ).to.deep.equal(['Warning ExcludedPortMissing 1', 'Normal RedirectionVerified 1']);
  });

  it('names a bad value once, on the ConfigMap, and calls no pod wrong for it', async () => {
    await config({ outbound_ip_range_exclusion_list: '1.1.1.1/33' });
    const { message } = await becomes('good', 'Unknown', 'ConfigRangeInvalid');
    expect(message).to.include('"1.1.1.1/33"');
    const told = await eventually('the Event on the ConfigMap', async () => {
      const all = await events('osm-config', 'osm-system');
      return all.length > 0 ? all : undefined;
    });
    expect(told.map(({ reason, regarding }) => `${regarding.kind} ${reason}`)).to.deep.equal([
      'ConfigMap ConfigRangeInvalid',
    ]);
    await metricBecomes('osm_auditor_config_valid', 0);
    await config({});
    await becomes('good', 'True', 'Verified');
    await metricBecomes('osm_auditor_config_valid', 1);
  });

  it('makes pods Unknown while there is no configuration', async () => {
    await cluster.kubectl(['delete', 'configmap', 'osm-config', '-n', 'osm-system']);
    await becomes('good', 'Unknown', 'ConfigMissing');
    await config({});
    await becomes('good', 'True', 'Verified');
  });

  it('writes nothing after a restart', async () => {
    const before = await versions();
    if (controller === undefined) {
      await cluster.kubectl(['-n', 'osm-auditor', 'rollout', 'restart', 'deployment/osm-auditor']);
      await cluster.kubectl([
        '-n',
        'osm-auditor',
        'rollout',
        'status',
        'deployment/osm-auditor',
        '--timeout=120s',
      ]);
    } else {
      expect(await controller.stop()).to.equal(0);
      controller = ControllerProcess.start(controllerArgs);
      await controller.ready();
    }
    await metricBecomes(`osm_auditor_pods{namespace="${NAMESPACE}",status="Verified"}`, 2);
    expect(await versions()).to.equal(before);
    const text = await metrics();
    expect(metricValue(text, 'osm_auditor_condition_patches_total{result="success"}')).to.equal(0);
    expect(metricValue(text, 'osm_auditor_events_total{type="Warning"}')).to.equal(0);
  });

  it('puts back a condition that somebody else has removed, also one from before the restart', async () => {
    const path = `/api/v1/namespaces/${NAMESPACE}/pods/good/status`;
    const pod = JSON.parse(await cluster.kubectl(['get', '--raw', path])) as {
      status: { conditions: Condition[] };
    };
    pod.status.conditions = pod.status.conditions.filter(({ type }) => type !== CONDITION);
    await cluster.kubectl(['replace', '--raw', path, '-f', '-'], JSON.stringify(pod));
    await becomes('good', 'True', 'Verified');
  });

  it('forgets deleted pods: their series go', async () => {
    await cluster.kubectl(['delete', 'pods', '--all', '-n', NAMESPACE, '--grace-period=0', '--force']);
    await metricBecomes(`osm_auditor_pods{namespace="${NAMESPACE}",status="Verified"}`, undefined);
    expect(await metrics()).to.not.include(`namespace="${NAMESPACE}"`);
  });

  it('was denied nothing, with exactly the rights of the manifests (own controller only)', function () {
    if (controller === undefined) this.skip();
    const complaints = controller.log.filter(({ level }) => level === 'error' || level === 'raw');
    expect(complaints).to.deep.equal([]);
    expect(JSON.stringify(controller.log)).to.not.match(/forbidden/i);
  });
});
