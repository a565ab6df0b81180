/**
 * What osm-auditor says of a pod is what the kernel of that pod does: for every release and both backends, with scripts that
 * are right, that fail, that stop half-way. Each pod is looked at three ways: its nat table, connections that processes of
 * several users really open, and the connections that the auditor's own findings name as witnesses.
 */
import { expect } from 'chai';
import type { ScriptOptions } from '../../src/testing/osm-scripts.ts';
import { runScript } from '../../src/core/audit/rule-comparison.ts';
import { compare } from '../../src/core/iptables/compare.ts';
import { execute } from '../../src/core/iptables/execute.ts';
import type { RuleSet } from '../../src/core/iptables/model.ts';
import { readSave } from '../../src/core/iptables/save.ts';
import { FSM_CONFIG_GROUP, OSM_CONFIG_GROUP } from '../../src/testing/kube/mesh-config-crd.ts';
import type { Dial } from './agent.ts';
import { arrivalOf, inbound, outbound, type Place } from './arrivals.ts';
import { APP } from './dials.ts';
import { Ground, placeFor } from './ground.ts';
import { note } from './report.ts';
import { PHASES, type Scenario } from './scenarios.ts';
import type { SeenPod } from './seen-pod.ts';
import { lookAt, type Sighting } from './sighting.ts';

const NOTHING: RuleSet = execute('').rules;

for (const { title, id, kind, wanted, scenarios } of PHASES) {
  describe(`truth on the ground, configured ${title}`, function () {
    this.timeout(300_000);
    const place = placeFor(`truth-${id}`);
    const namespaces = [...new Set(scenarios.map(({ pod }) => place(pod)))];
    const all = new Map<string, Sighting>();
    let ground: Ground;

    before(async () => {
      ground = await Ground.open();
      await ground.meshes();
      if (kind === 'ConfigMap') {
        await ground.configMap({
          outbound_ip_range_exclusion_list: (wanted.ranges ?? []).join(),
          outbound_port_exclusion_list: (wanted.ports ?? []).join(),
        });
      } else {
        for (const product of ['OSM', 'FSM'] as const) await ground.meshConfig(product, specOf(wanted));
      }
      for (const name of namespaces) await ground.namespace(name, name.endsWith('fsm') ? 'FSM' : 'OSM');
      await ground.create(
        scenarios.map(({ pod }) => pod),
        place,
      );
      const sightings = await Promise.all(
        namespaces.map((namespace) => {
          const here = scenarios.filter(({ pod }) => place(pod) === namespace);
          return lookAt(ground, namespace, here);
        }),
      );
      for (const [name, sighting] of sightings.flatMap((each) => [...each])) all.set(name, sighting);
    });

    // Pods of releases that read the other kind would be of either.
    after(async () => {
      await ground.deleteNamespaces(...namespaces);
      if (kind === 'ConfigMap') {
        await ground.cluster.kubectl(['delete', 'configmap', 'osm-config', '-n', 'osm-system']);
        return;
      }
      for (const group of [OSM_CONFIG_GROUP, FSM_CONFIG_GROUP]) {
        await ground.cluster.kubectl(['delete', `meshconfigs.${group}`, '--all', '--all-namespaces']);
      }
    });

    for (const scenario of scenarios) {
      const { pod, condition, kernel, redirected, expected: script } = scenario;
      const seen = (): Sighting => {
        const found = all.get(pod.name);
        if (found === undefined) throw new Error(`${pod.name} was not looked at`);
        return found;
      };
      describe(`${pod.name} (${pod.release.name})`, () => {
        it(`is ${condition}, in the cluster and at a desk`, () => {
          expect(seen().pod.condition).to.equal(condition);
          expect(seen().checked.status).to.equal(condition === 'True Verified' ? 'Verified' : 'Discrepant');
        });

        it(`has in its nat table ${kernel === 'nothing' ? 'nothing' : 'what its script does on the model'}`, () => {
          const live = liveRules(scenario, seen());
          const model =
            kernel === 'nothing' || pod.script === undefined
              ? NOTHING
              : runScript(pod.script, { POD_IP: seen().pod.podIp ?? null }).rules;
          expect(compare(model, live)?.differences).to.deep.equal([]);
        });

        it('has every connection arrive where the rules of its nat table lead', () => {
          const { dials, look, inboundDials, inboundArrivals } = seen();
          const live = liveRules(scenario, seen());
          const where = placeOf(scenario, seen().pod);
          expect(arrivalsOf(dials, look.arrivals)).to.deep.equal(
            arrivalsOf(
              dials,
              dials.map((dial) => arrivalOf(live, outbound(dial, where), where)),
            ),
          );
          expect(arrivalsOf(inboundDials, inboundArrivals)).to.deep.equal(
            arrivalsOf(
              inboundDials,
              inboundDials.map((dial) => arrivalOf(live, inbound(dial), where)),
            ),
          );
        });

        it('is told to be redirected exactly if its connections are, as the configuration says', () => {
          const { dials, look, inboundDials, inboundArrivals, pod: now, seconds } = seen();
          const where = { ...placeOf(scenario, now), sidecar: true, running: true };
          const expected = runScript(script, { POD_IP: now.podIp ?? null }).rules;
          const wanted = [
            ...dials
              .map((dial) => (dial.application ? { ...dial, uid: APP } : dial))
              .map((dial) => arrivalOf(expected, outbound(dial, where), where)),
            ...inboundDials.map((dial) => arrivalOf(expected, inbound(dial), where)),
          ];
          const actual = [...look.arrivals.slice(0, dials.length), ...inboundArrivals];
          const wrong = wanted.filter((arrival, at) => arrival !== actual[at]).length;
          note({
            scenario: `${pod.release.name}, ${title}: ${pod.name}`,
            auditor: condition,
            kernel: `${actual.length - wrong} of ${actual.length} connections as configured`,
            seconds,
          });
          if (redirected === true) expect(wrong).to.equal(0);
          else expect(wrong).to.be.greaterThan(0);
        });

        it('has witnesses that go where the finding says, and not where they should', () => {
          const { witnessDials, witnessArrivals } = seen();
          const where = placeOf(scenario, seen().pod);
          for (const [at, dial] of witnessDials.entries()) {
            const arrival = witnessArrivals[at] ?? '';
            const text = `${dial.address}:${dial.port} as ${dial.uid}: ${arrival}`;
            expect(isRedirected(arrival, where), text).to.equal(dial.installed.startsWith('redirect'));
            expect(dial.installed, text).to.not.equal(dial.expected);
          }
          if (condition.startsWith('False Excluded')) expect(witnessDials.length).to.be.greaterThan(0);
        });
      });
    }
  });
}

/** As both products' MeshConfig says it. */
function specOf({
  ranges,
  ports,
  inboundPorts,
  includedRanges,
  interfaces,
  podIpMode,
}: ScriptOptions): object {
  return {
    traffic: {
      outboundIPRangeExclusionList: ranges ?? [],
      outboundPortExclusionList: ports ?? [],
      inboundPortExclusionList: inboundPorts ?? [],
      outboundIPRangeInclusionList: includedRanges ?? [],
      networkInterfaceExclusionList: interfaces ?? [],
    },
    ...(podIpMode === true ? { sidecar: { localProxyMode: 'PodIP' } } : {}),
  };
}

function placeOf({ pod, redirected }: Scenario, { podIp = '' }: SeenPod): Place {
  return { podIp, running: redirected !== undefined, sidecar: pod.sidecar !== false };
}

function liveRules({ pod: { backend } }: Scenario, { look: { tables } }: Sighting): RuleSet {
  const { rules, notUnderstood } = readSave(tables[backend] ?? '');
  expect(notUnderstood).to.deep.equal([]);
  return rules;
}

function isRedirected(arrival: string, { running, sidecar }: Place): boolean {
  if (!running || !sidecar) return arrival === 'refused';
  return /^(outbound|inbound) /.test(arrival);
}

/** For a failure that a person can read. */
function arrivalsOf(dials: readonly Dial[], arrivals: readonly string[]): readonly string[] {
  return dials.map(({ address, port, uid }, at) => `${uid} to ${address}:${port}: ${arrivals[at]}`);
}
