/**
 * Whether a new pod will start, as foretold by startOf, held against what the injector's script does in the kernel: for
 * every release, lists that are good and lists that OSM takes and iptables does not.
 */
import { expect } from 'chai';
import { startOf } from '../../src/core/audit/start.ts';
import { expectedScript } from '../../src/core/osm/expected-rules.ts';
import { intentFor, type Intent } from '../../src/core/osm/intent.ts';
import { configMapConfig, productOfKind, type MeshConfig } from '../../src/core/osm/mesh-config.ts';
import { RELEASES, type Release } from '../../src/core/osm/releases.ts';
import { meshConfig, plainPod } from '../../src/testing/builders.ts';
import { randomFrom, type Random } from '../../src/testing/random.ts';
import { BACKENDS } from './job.ts';
import type { KernelProber } from './prober.ts';
import { POD, proberOrSkip } from './testing.ts';

const ROUNDS = 20;
const SEED = 20;

const RANGES = ['10.0.0.0/8', '2.2.2.2/24', '0.0.0.0/0', '1.1.1.1/32'];
const BAD_RANGES = ['fd00::/8', '1.1.1.1/33', '999.1.1.1/24', '::/0', ''];
const PORTS = [
  80, 443, 3306, 6379, 7070, 8080, 9090, 9200, 5432, 9042, 9092, 27017, 50051, 11211, 15672, 25672,
];
const INTERFACES = ['net1', 'eth+', 'sixteen_letters_'];

/** Mostly good, so that it is not always the same that fails. */
function some<T>(good: readonly T[], bad: readonly T[], random: Random): readonly T[] {
  const picked = good.filter(() => random.below(3) > 0);
  return random.below(4) === 0 ? [...picked, random.pick(bad)] : picked;
}

function someConfig({ reads }: Release, random: Random): MeshConfig {
  const outboundRanges = some(RANGES, BAD_RANGES, random);
  const outboundPorts = some(PORTS, [70_000, 0], random);
  if (reads === 'ConfigMap') {
    const identity = { namespace: 'osm-system', name: 'osm-config', uid: '', changedAt: undefined };
    const ports = [...outboundPorts, ...(random.below(4) === 0 ? ['080', '+80', '0100'] : [])];
    const data = {
      outbound_ip_range_exclusion_list: outboundRanges.join(', '),
      outbound_port_exclusion_list: ports.join(','),
    };
    return configMapConfig({ ...identity, data });
  }
  return meshConfig({
    product: productOfKind(reads),
    outboundRanges,
    outboundPorts,
    includedRanges: random.below(3) === 0 ? some(RANGES, BAD_RANGES, random) : [],
    inboundPorts: some(PORTS.slice(0, 4), [70_000], random),
    interfaces: random.below(3) === 0 ? some(INTERFACES.slice(0, 2), INTERFACES.slice(2), random) : [],
    localProxyMode: random.below(2) === 0 ? 'PodIP' : '',
  });
}

function someIntent(release: Release, random: Random): Intent {
  return intentFor(plainPod(), someConfig(release, random), release);
}

for (const backend of BACKENDS) {
  describe(`starts in the kernel (${backend})`, function () {
    this.timeout(300_000);
    let prober: KernelProber | undefined;
    before(async function () {
      prober = await proberOrSkip(this, backend);
    });
    after(() => prober?.stop());

    for (const [number, release] of RELEASES.entries()) {
      it(`are as foretold for ${release.name}`, async () => {
        const counts = { good: 0, fails: 0 };
        for (let round = 0; round < ROUNDS; round++) {
          const intent = someIntent(release, randomFrom(SEED * 1000 + number * ROUNDS + round));
          const script = expectedScript(release.dialect, intent);
          const foretold = startOf(release, intent).kind;
          const { status, stderr } = await prober!.run({
            backend,
            script,
            env: { POD_IP: POD },
            packets: [],
          });
          expect(foretold, `${script}\n${stderr}`).to.equal(status === 0 ? 'good' : 'fails');
          counts[status === 0 ? 'good' : 'fails'] += 1;
        }
        expect(Math.min(counts.good, counts.fails)).to.be.greaterThan(ROUNDS / 10);
      });
    }
  });
}
