/**
 * The scripts of every release changed at random, judged twice: by audit, and packet by packet by a walk that shares no code
 * with it. What a packet tells from the rules of every release must be Discrepant. Mutants that
 * fail or are not understood are left out.
 */
import { expect } from 'chai';
import { boundaryPackets } from '../../testing/boundary-packets.ts';
import { configSet, envoy, initContainer, inputFor, meshConfig, meshedPod } from '../../testing/builders.ts';
import { naiveVerdict } from '../../testing/naive-nat.ts';
import { joinCommands, restoreScript } from '../../testing/osm-scripts.ts';
import { randomFrom, type Random } from '../../testing/random.ts';
import { mutate } from '../../testing/script-mutants.ts';
import { execute } from '../iptables/execute.ts';
import type { RuleSet } from '../iptables/model.ts';
import { printSave } from '../iptables/print.ts';
import { expectedLines, expectedRulesScript } from '../osm/expected-rules.ts';
import { intentFor } from '../osm/intent.ts';
import { configMapConfig, type MeshConfig, type MeshConfigResource } from '../osm/mesh-config.ts';
import { FSM, OSM } from '../osm/names.ts';
import type { Pod } from '../osm/pod.ts';
import { RELEASES, V0_9_0, type Release } from '../osm/releases.ts';
import { audit } from './audit.ts';

const MUTANTS = 60;
const PACKETS = 300;

/** One that uses everything, but no inclusions, and one with them. */
const SETTINGS: readonly Partial<MeshConfigResource>[] = [
  {
    outboundRanges: ['10.0.0.0/8', '2.2.2.2/24'],
    outboundPorts: [6379, 7070],
    inboundPorts: [9090],
    interfaces: ['net1'],
    localProxyMode: 'PodIP',
  },
  { outboundRanges: ['10.1.0.0/16'], includedRanges: ['10.0.0.0/8', '192.168.0.0/16'] },
];

function configFor({ reads }: Release, settings: Partial<MeshConfigResource>): MeshConfig {
  if (reads !== 'ConfigMap')
    return meshConfig({ ...settings, product: reads === 'FsmMeshConfig' ? FSM : OSM });
  const data = {
    outbound_ip_range_exclusion_list: (settings.outboundRanges ?? []).join(),
    outbound_port_exclusion_list: (settings.outboundPorts ?? []).join(),
  };
  return configMapConfig({
    namespace: 'osm-system',
    name: 'osm-config',
    uid: '',
    changedAt: undefined,
    data,
  });
}

function podOf(release: Release, script: string): Pod {
  const { reads, dialect, settings } = release;
  // The one release that only its image tells from the next.
  const image = `example/init:${release === V0_9_0 ? 'v0.9.0' : 'latest'}`;
  const product = reads === 'FsmMeshConfig' ? FSM : OSM;
  const env = settings.includes('podIpMode') ? { POD_IP: null } : {};
  return meshedPod({
    labels: { [product.proxyLabel]: 'x' },
    bootstrapSecrets: [],
    initContainers: [initContainer(script, { name: product.initContainer, env, image })],
    containers: [envoy({ name: product.sidecars[0]!, runAsUser: dialect.uid })],
  });
}

const POD_IP = new Map([['POD_IP', undefined]]);

/** The rules that each release which reads this configuration would write for the pod, as iptables-save prints them. */
function expectedBy(pod: Pod, config: MeshConfig, uid: number): readonly string[] {
  return RELEASES.filter(({ reads }) => reads === config.kind).map((release) => {
    const script = expectedRulesScript({ ...release.dialect, uid }, intentFor(pod, config, release));
    return printSave(execute(script, POD_IP).rules);
  });
}

describe('audit of mutants', function () {
  this.timeout(60_000);

  for (const [i, release] of RELEASES.entries()) {
    it(`agrees with a walk packet by packet on scripts of ${release.name}`, () => {
      const random = randomFrom(1000 + i);
      let verified = 0;
      let discrepant = 0;
      for (const settings of SETTINGS) {
        const config = configFor(release, settings);
        const intent = intentFor(podOf(release, ''), config, release);
        const lines = expectedLines(release.dialect, intent);
        const script = release.dialect.form === 'commands' ? joinCommands : restoreScript;
        expect(
          audit(inputFor(podOf(release, script(lines)), { configs: configSet([config]) })).status,
        ).to.equal('Verified');
        for (let count = 0; count < MUTANTS; count += 1) {
          const mutant = script(mutate(lines, random));
          const { ending, rules, opaque } = execute(mutant, POD_IP);
          if (ending.kind !== 'completed' || ending.status !== 0 || opaque.length > 0) continue;
          const pod = podOf(release, mutant);
          const { status } = audit(inputFor(pod, { configs: configSet([config]) }));
          const told = tellsApart(expectedBy(pod, config, release.dialect.uid), rules, random);
          if (told) expect(status, mutant).to.equal('Discrepant');
          if (status === 'Verified') verified += 1;
          else discrepant += 1;
        }
      }
      // Neither is rare among mutants; without both the test would say little.
      expect(verified).to.be.greaterThan(5);
      expect(discrepant).to.be.greaterThan(20);
    });
  }
});

/** Whether some packet shows that the rules are those of none of the releases. */
function tellsApart(expected: readonly string[], installed: RuleSet, random: Random): boolean {
  const saved = printSave(installed);
  return expected.every((rules) => {
    const sets = [installed, execute(`iptables-restore <<EOF\n${rules}EOF\n`, POD_IP).rules];
    return boundaryPackets(sets, ['eth0', 'net1'], PACKETS, random).some(
      (packet) => naiveVerdict(rules, packet) !== naiveVerdict(saved, packet),
    );
  });
}
