/**
 * Where the mesh configuration is, on a real API server: in a MeshConfig whose definition comes after the controller, and
 * in the namespaces of several meshes. Needs a control plane of its own, because it installs definitions and webhooks.
 */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { installMeshConfigs, OSM_CONFIG_GROUP } from '../../src/testing/kube/mesh-config-crd.ts';
import { osmScript, type ScriptOptions } from '../../src/testing/osm-scripts.ts';
import { repositoryRoot } from '../../src/testing/repository.ts';
import { startControlPlane, type ControlPlane } from '../control-plane/control-plane.ts';
import { eventually, type TestCluster } from './cluster.ts';
import { ControllerProcess, metricValue } from './controller-process.ts';
import { createPods, type RecordedPod } from './recorded-pods.ts';
import { conditionBecomes, conditionOf, eventsOn } from './reported.ts';

/** The controller looks for the definition every 30 s. */
const WITHIN_MS = 60_000;
const MONITORED_BY = 'openservicemesh.io/monitored-by';

/** On a cluster that is not ours every test below is listed as pending. */
const suite = process.env['OSM_AUDITOR_E2E_KUBECONFIG'] === undefined ? describe : describe.skip;

suite('configurations on a cluster (on a control plane of its own only)', function () {
  this.timeout(180_000);
  let plane: ControlPlane;
  let cluster: TestCluster;
  let controller: ControllerProcess;

  const kubectl = async (args: readonly string[], input?: string): Promise<string> => {
    const { code, stdout, stderr } = await plane.kubectl(args, input === undefined ? {} : { input });
    if (code !== 0) throw new Error(stderr);
    return stdout;
  };
  const apply = (object: object): Promise<string> => kubectl(['apply', '-f', '-'], JSON.stringify(object));
  const namespace = (name: string, labels: Readonly<Record<string, string>> = {}): Promise<string> =>
    apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
  const becomes = (pod: string, wanted: string, withinMs?: number): ReturnType<typeof conditionBecomes> =>
    conditionBecomes(cluster, pod, wanted, withinMs);
  const eventReasons = async (where: string, name: string): Promise<readonly string[]> =>
    (await eventsOn(cluster, where, name)).map(
      ({ type, reason, series }) => `${type} ${reason} ${series?.count ?? 1}`,
    );
  const configMap = (where: string, ports: string): Promise<string> =>
    apply({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'osm-config', namespace: where },
      data: { outbound_port_exclusion_list: ports },
    });

  /** As OSM v1.2 makes it, or up to v0.11. */
  const injected = (name: string, release: 'R1' | 'R4', options: ScriptOptions = {}): RecordedPod => {
    const podIp = { name: 'POD_IP', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } };
    return {
      name,
      recorded: 'good',
      init: {
        args: ['-c', osmScript(release, options)],
        ...(release === 'R4' ? { env: [podIp] } : {}),
        securityContext: {
          privileged: false,
          runAsNonRoot: false,
          runAsUser: 0,
          capabilities: { add: ['NET_ADMIN'] },
        },
      },
    };
  };

  before(async () => {
    plane = await startControlPlane();
    cluster = { own: plane, kubeconfig: plane.kubeconfig, kubectl, stop: () => plane.stop() };
    await namespace('osm-system');
    await namespace('shop', { [MONITORED_BY]: 'osm' });
    await kubectl(['apply', '-k', 'manifests']);
    const serviceAccount = { namespace: 'osm-auditor', name: 'osm-auditor' };
    controller = ControllerProcess.start(['--kubeconfig', await plane.kubeconfigFor({ serviceAccount })]);
    await controller.ready();
  });
  after(async () => {
    await controller.stop();
    await cluster.stop();
  });

  describe('of which the definition comes later', () => {
    const mesh = async (ranges: readonly string[]): Promise<void> => {
      await apply({
        apiVersion: `${OSM_CONFIG_GROUP}/v1alpha2`,
        kind: 'MeshConfig',
        metadata: { name: 'osm-mesh-config', namespace: 'osm-system' },
        spec: { traffic: { outboundIPRangeExclusionList: ranges }, sidecar: {} },
      });
    };

    it('leave a pod Unknown until then, and not longer than the controller takes to look again', async () => {
      await createPods(cluster, 'shop', [injected('cart', 'R4')]);
      const { message } = await becomes('shop/cart', 'Unknown ConfigMissing');
      expect(message).to.equal('OA501 There is no MeshConfig in any namespace.');
      // Old servers tell no later time for a change than that of the object's creation, and around the creation of a pod a
      // change is not held against it.
      await sleep(6000);
      await installMeshConfigs(plane, OSM_CONFIG_GROUP, ['v1alpha1', 'v1alpha2']);
      await mesh([]);
      await becomes('shop/cart', 'True Verified', WITHIN_MS);
    });

    it('make a pod Discrepant when they change, and Verified again when they change back', async () => {
      await mesh(['10.0.0.0/8']);
      const { message } = await becomes('shop/cart', 'False ExcludedRangeMissing');
      expect(message)
        .to.include(
          'The configuration was changed after the pod was created, and the pod still runs the rules',
        )
        .and.to.include('10.0.0.0/8');
      await mesh([]);
      await becomes('shop/cart', 'True Verified');
      const told = await eventually('the Event', async () => {
        const reasons = await eventReasons('shop', 'cart');
        return reasons.length > 1 ? reasons : undefined;
      });
      expect(told).to.deep.equal(['Warning ExcludedRangeMissing 1', 'Normal RedirectionVerified 1']);
    });

    it('carry an Event about a bad value themselves', async () => {
      await mesh(['10.0.0.0/40']);
      await becomes('shop/cart', 'Unknown ConfigRangeInvalid');
      const [event] = await eventually('the Event', async () => {
        const all = await eventsOn(cluster, 'osm-system', 'osm-mesh-config');
        return all.length > 0 ? all : undefined;
      });
      expect([event?.type, event?.reason, event?.regarding.kind]).to.deep.equal([
        'Warning',
        'ConfigRangeInvalid',
        'MeshConfig',
      ]);
      await mesh([]);
      await becomes('shop/cart', 'True Verified');
    });
  });

  describe('of several meshes', () => {
    const webhook = async (mesh: string, where: string): Promise<void> => {
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
            failurePolicy: 'Ignore',
            objectSelector: { matchLabels: { 'example.com/never': 'there' } },
            namespaceSelector: { matchLabels: { [MONITORED_BY]: mesh } },
            clientConfig: { service: { namespace: where, name: 'osm-injector', path: '/mutate' } },
            rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
          },
        ],
      });
    };

    before(async () => {
      for (const mesh of ['one', 'two']) {
        await namespace(`osm-${mesh}`);
        await namespace(`of-${mesh}`, { [MONITORED_BY]: mesh });
      }
      await configMap('osm-one', '6379');
      await configMap('osm-two', '7070');
      await webhook('one', 'osm-one');
      await webhook('two', 'osm-two');
      await webhook('osm', 'osm-system');
    });

    it('judge each pod by the one of its own mesh, as the webhooks say', async () => {
      await createPods(cluster, 'of-one', [injected('web', 'R1', { ports: [6379] })]);
      await createPods(cluster, 'of-two', [injected('web', 'R1', { ports: [7070] })]);
      await becomes('of-one/web', 'True Verified');
      await becomes('of-two/web', 'True Verified');
      await becomes('shop/cart', 'True Verified');
      const series = 'osm_auditor_config_valid';
      expect(metricValue((await controller.get('/metrics')).text, series)).to.equal(1);
    });

    it('concern nobody of another mesh when they change', async () => {
      // A pod as young as the change would be given the benefit of the doubt.
      await sleep(6000);
      await configMap('osm-two', '7070, 8080');
      const { message } = await becomes('of-two/web', 'False ExcludedPortMissing');
      expect(message).to.include('port 8080');
      expect(await conditionOf(cluster, 'of-one/web')).to.include({ status: 'True', reason: 'Verified' });
      expect(await eventReasons('of-one', 'web')).to.deep.equal([]);
    });

    it('are the same for check, which gives the same verdicts', async () => {
      const bundle = join(repositoryRoot, 'dist/osm-auditor.js');
      const words = [bundle, 'check', '--kubeconfig', plane.kubeconfig, '-A', '-o', 'json'];
      const { status, stdout, stderr } = spawnSync(process.execPath, words, {
        env: { PATH: process.env['PATH'] ?? '' },
        encoding: 'utf8',
      });
      expect([status, stderr]).to.deep.equal([1, '']);
      const report = JSON.parse(stdout) as {
        configs: readonly { source: string; valid: boolean }[];
        pods: readonly { namespace: string; name: string; status: string; findings: { reason: string }[] }[];
      };
      expect(report.configs.map(({ source, valid }) => [source, valid])).to.have.deep.members([
        ['ConfigMap/osm-one/osm-config', true],
        ['ConfigMap/osm-two/osm-config', true],
        ['MeshConfig/osm-system/osm-mesh-config', true],
      ]);
      const conditions = { Verified: 'True', Discrepant: 'False' } as const satisfies Record<string, string>;
      const verdicts = report.pods.map(({ namespace: where, name, status: verdict, findings }) => {
        return [`${where}/${name}`, verdict, ...findings.map(({ reason }) => reason)];
      });
      // The webhooks of this file let pods pass, so that nobody has to answer them.
      expect(verdicts).to.have.deep.members([
        ['of-one/web', 'Verified', 'InjectorUnsafe'],
        ['of-two/web', 'Discrepant', 'ExcludedPortMissing', 'InjectorUnsafe'],
        ['shop/cart', 'Verified', 'InjectorUnsafe'],
      ]);
      for (const [pod = '', verdict] of verdicts) {
        const said = await conditionOf(cluster, pod);
        expect(said?.status, pod).to.equal(conditions[verdict as keyof typeof conditions]);
      }
    });
  });

  // A suite of its own, for tests beside suites run before them.
  describe('read all the while', () => {
    it('were open to exactly the rights of the manifests', () => {
      const complaints = controller.log.filter(({ level }) => level === 'error' || level === 'raw');
      expect(complaints).to.deep.equal([]);
      expect(JSON.stringify(controller.log)).to.not.match(/forbidden/i);
    });
  });
});
