/** Thirteen situations that look wrong and are not, or of which less is known than it seems. */
import { expect } from 'chai';
import {
  configSet,
  configWith,
  container,
  CREATED,
  envoy,
  initContainer,
  inputFor,
  meshConfig,
  meshedPod,
  namespaceOf,
  NO_CONFIG,
  plainPod,
  running,
  status,
  terminated,
  waiting,
} from '../../testing/builders.ts';
import { GUIDE_SCRIPTS } from '../../testing/guide.ts';
import { osmScript } from '../../testing/osm-scripts.ts';
import { configMapConfig, type MeshConfig } from '../osm/mesh-config.ts';
import { INJECTION_ANNOTATION, MONITORED_BY_LABEL } from '../osm/names.ts';
import type { Pod } from '../osm/pod.ts';
import { audit } from './audit.ts';
import type { AuditInput } from './judgement.ts';

function told(input: AuditInput): string {
  const { status: verdict, findings } = audit(input);
  return [verdict, ...findings.map(({ name }) => name)].join(' ');
}

const ranges = (list: string, changedAt?: number): AuditInput['configs'] =>
  configWith({ outbound_ip_range_exclusion_list: list }, changedAt);
const excluding = (...list: readonly string[]): Pod =>
  meshedPod({ initContainers: [initContainer(osmScript('R1', { ranges: list }))] });
const monitored = (mesh: string): AuditInput['namespace'] =>
  namespaceOf('test', {
    labels: { [MONITORED_BY_LABEL]: mesh },
    annotations: { [INJECTION_ANNOTATION]: 'enabled' },
  });
const restore = (release: 'R2' | 'R3' | 'R4', rest: Partial<Pod> = {}): Pod =>
  meshedPod({
    initContainers: [initContainer(osmScript(release), { env: release === 'R4' ? { POD_IP: null } : {} })],
    ...rest,
  });

describe('false alarms', () => {
  it('1: a configuration that was changed and changed back says nothing', () => {
    expect(
      told(inputFor(excluding('10.0.0.0/8'), { configs: ranges('10.0.0.0/8', CREATED + 60_000) })),
    ).to.equal('Verified');
  });

  describe('2: a pod created within seconds of a change', () => {
    const changed = (at: number, now: number): AuditInput =>
      inputFor(excluding(), { configs: ranges('10.0.0.0/8', CREATED + at), now: CREATED + now });

    it('is not judged by its lists until things have settled', () => {
      expect(told(changed(-2000, 1000))).to.equal('Unknown ConfigSettling');
      expect(told(changed(2000, 4000))).to.equal('Unknown ConfigSettling');
      expect(audit(changed(-2000, 1000)).recheckAt).to.equal(CREATED + 5000);
    });

    it('is judged afterwards, and so is one that was created long before or after', () => {
      expect(told(changed(-2000, 5000))).to.equal('Discrepant ExcludedRangeMissing');
      expect(told(changed(60_000, 61_000))).to.equal('Discrepant ExcludedRangeMissing');
      expect(told(changed(-60_000, 1000))).to.equal('Discrepant ExcludedRangeMissing');
    });

    it('is verified at once when its lists are right, and its base rules are judged at once', () => {
      const right = inputFor(excluding('10.0.0.0/8'), {
        configs: ranges('10.0.0.0/8', CREATED - 1000),
        now: CREATED + 1000,
      });
      expect(told(right)).to.equal('Verified');
      const broken = GUIDE_SCRIPTS.base.replace('--to-port 15001', '--to-port 15002');
      const pod = meshedPod({ initContainers: [initContainer(broken)] });
      expect(told({ ...right, pod })).to.equal('Discrepant RedirectPortWrong ConfigSettling');
    });
  });

  it('3: pods that end, have ended, are static or not started yet are no findings', () => {
    expect(told(inputFor(meshedPod({ terminating: true, initContainers: [] })))).to.equal(
      'NotApplicable NotInMesh',
    );
    for (const phase of ['Succeeded', 'Failed']) {
      expect(told(inputFor(meshedPod({ phase, initContainers: [] })))).to.equal('NotApplicable NotInMesh');
    }
    expect(told(inputFor(plainPod({ mirror: true }), { namespace: monitored('osm') }))).to.equal(
      'NotApplicable NotInMesh',
    );
    const unstarted = meshedPod({
      phase: 'Pending',
      initContainers: [initContainer(undefined, { status: undefined })],
      containers: [envoy({ status: undefined })],
    });
    expect(told(inputFor(unstarted))).to.equal('Unknown PodStarting');
  });

  it('4: an init container that the node has forgotten while the pod runs is no failure', () => {
    const initContainers = [initContainer(undefined, { status: status(waiting('PodInitializing')) })];
    expect(told(inputFor(meshedPod({ initContainers })))).to.equal('Unknown InitContainerStateLost');
  });

  it('5: a good end outweighs whatever was before', () => {
    const done = status(terminated(0), { restarts: 3, lastExitCode: 1 });
    const initContainers = [initContainer(undefined, { status: done })];
    expect(told(inputFor(meshedPod({ initContainers })))).to.equal('Verified');
  });

  it('6: the order of ports and their spelling mean nothing; the order of rules does', () => {
    const configs = configWith({ outbound_port_exclusion_list: '+80, 7070' });
    const ports = (rule: string): AuditInput => {
      const script = `${GUIDE_SCRIPTS.base} && iptables -t nat ${rule}`;
      return inputFor(meshedPod({ initContainers: [initContainer(script)] }), { configs });
    };
    expect(told(ports('-I PROXY_OUTPUT -p tcp -m multiport --dports 7070,80,80 -j RETURN'))).to.equal(
      'Verified',
    );
    expect(told(ports('-A PROXY_OUTPUT -p tcp -m multiport --dports 80,7070 -j RETURN'))).to.equal(
      'Discrepant RuleOrderWrong',
    );
  });

  it('7: releases that write the same are not told apart', () => {
    // v0.8 to v0.11 under a MeshConfig, and the rules of v1.1.0 with the address that v1.1.1 gives.
    expect(told(inputFor(excluding(), { configs: configSet([meshConfig()]) }))).to.equal('Verified');
    for (const release of ['R2', 'R3', 'R4'] as const) {
      expect(told(inputFor(restore(release), { configs: configSet([meshConfig()]) }))).to.equal('Verified');
    }
    const asR3 = restore('R4', {
      initContainers: [initContainer(osmScript('R3'), { env: { POD_IP: null } })],
    });
    expect(told(inputFor(asR3, { configs: configSet([meshConfig()]) }))).to.equal('Verified');
  });

  it("8: a pod is judged by its own mesh's configuration", () => {
    const of = (namespace: string, list: string): MeshConfig =>
      configMapConfig({
        namespace,
        name: 'osm-config',
        uid: '',
        changedAt: undefined,
        data: { outbound_ip_range_exclusion_list: list },
      });
    const configs = configSet([of('one', '10.0.0.0/8'), of('two', '')], {
      meshes: [
        { name: 'first', namespace: 'one' },
        { name: 'second', namespace: 'two' },
      ],
    });
    const judged = (mesh: string): string =>
      told(inputFor(excluding('10.0.0.0/8'), { configs, namespace: monitored(mesh) }));
    expect(judged('first')).to.equal('Verified');
    expect(judged('second')).to.equal('Discrepant ExcludedRangeExtra');
    expect(told(inputFor(excluding('10.0.0.0/8'), { configs }))).to.equal('Unknown ConfigAmbiguous');
  });

  describe('9: a fork with another user, other ports or other chains', () => {
    const script = GUIDE_SCRIPTS.base
      .replaceAll('PROXY_', 'ACME_')
      .replaceAll('1500 ', '1600 ')
      .replace('15003', '16003')
      .replace('15001', '16001');
    const forked = (uid: number | undefined): Pod =>
      meshedPod({ initContainers: [initContainer(script)], containers: [envoy({ runAsUser: uid })] });
    const fork = { uid: 1600, inboundPort: 16_003, outboundPort: 16_001, chainPrefix: 'ACME_' };

    it('is verified when it is told what the fork has changed', () => {
      expect(told(inputFor(forked(1600), { fork }))).to.equal('Verified');
      expect(told(inputFor(forked(1500), { fork }))).to.equal('Verified');
    });
    it('is not known otherwise, and never a flood', () => {
      expect(told(inputFor(forked(1600)))).to.equal('Unknown DialectUnknown');
    });
    it('is verified without being told where the sidecar itself shows the user', () => {
      const own = meshedPod({
        initContainers: [initContainer(GUIDE_SCRIPTS.base.replaceAll('1500 ', '1600 '))],
        containers: [envoy({ runAsUser: 1600 })],
      });
      expect(told(inputFor(own))).to.equal('Verified');
    });
  });

  it('10: without permission or configuration pods are Unknown for one clear reason, whatever their lists', () => {
    const many = Array.from({ length: 30 }, (_, i) => excluding(`10.${i}.0.0/16`));
    const refused = configSet([], { unreadable: [{ kind: 'ConfigMap', reason: 'forbidden' }] });
    for (const pod of many) {
      expect(told(inputFor(pod, { configs: NO_CONFIG }))).to.equal('Unknown ConfigMissing');
      expect(told(inputFor(pod, { configs: refused }))).to.equal('Unknown ConfigUnreadable');
    }
    const r4 = osmScript('R4', {
      ranges: ['10.0.0.0/8'],
      includedRanges: ['172.16.0.0/12'],
      ports: [80],
      inboundPorts: [81],
      interfaces: ['net1'],
      podIpMode: true,
    });
    const pod = meshedPod({ initContainers: [initContainer(r4, { env: { POD_IP: null } })] });
    expect(told(inputFor(pod, { configs: NO_CONFIG }))).to.equal('Unknown ConfigMissing');
  });

  it('11: white space in a list is nothing; a comma too many breaks new pods', () => {
    const pod = excluding('1.1.1.1/32', '2.2.2.2/24');
    expect(told(inputFor(pod, { configs: ranges(' 1.1.1.1/32 ,\t2.2.2.2/24 ') }))).to.equal('Verified');
    expect(told(inputFor(pod, { configs: ranges('1.1.1.1/32, 2.2.2.2/24,') }))).to.equal(
      'Unknown ConfigRangeInvalid',
    );
  });

  it('12: a copied pod is newer than the configuration and still carries old rules', () => {
    const [finding] = audit(
      inputFor(excluding(), { configs: ranges('10.0.0.0/8', CREATED - 60_000) }),
    ).findings;
    expect(finding?.name).to.equal('ExcludedRangeMissing');
    expect(finding?.evidence.cause).to.equal(undefined);
  });

  it('13: a Job whose osm-init failed for good is found by its present state', () => {
    const failed = meshedPod({
      phase: 'Failed',
      restartPolicy: 'Never',
      owner: { kind: 'Job', name: 'once' },
      initContainers: [initContainer(undefined, { status: status(terminated(2)) })],
      containers: [envoy({ status: status(waiting('PodInitializing')) })],
    });
    expect(told(inputFor(failed))).to.equal('Discrepant InitContainerFailed');
    const ended = meshedPod({
      phase: 'Succeeded',
      restartPolicy: 'Never',
      containers: [container('app', { status: status(terminated(0)) }), envoy({ status: status(running()) })],
    });
    expect(told(inputFor(ended))).to.equal('NotApplicable NotInMesh');
  });
});
