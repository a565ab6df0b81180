/** Everything that is looked at of a pod once it has come to rest: its condition, its connections, its nat table. */
import type { Dial, Look } from './agent.ts';
import { dialsFrom, dialsTo, witnessesOf, type PlannedDial, type WitnessDial } from './dials.ts';
import type { Ground } from './ground.ts';
import type { Scenario } from './scenarios.ts';
import { says, type CheckedPod, type SeenPod } from './seen-pod.ts';

export interface Sighting {
  readonly pod: SeenPod;
  /** From what the kubelet wrote to what the auditor did, as a client sees it. */
  readonly seconds: number;
  readonly dials: readonly PlannedDial[];
  readonly look: Look;
  readonly inboundDials: readonly Dial[];
  readonly inboundArrivals: readonly string[];
  readonly checked: CheckedPod;
  readonly witnessDials: readonly WitnessDial[];
  readonly witnessArrivals: readonly string[];
}

/**
 * Waits until the pods of the namespace are as their scenarios say, and looks at each of them.
 *
 * @returns what was seen, by the pod's name
 */
export async function lookAt(
  ground: Ground,
  namespace: string,
  here: readonly Scenario[],
): Promise<ReadonlyMap<string, Sighting>> {
  const all = new Map<string, Sighting>();
  const waitFor = (is: (scenario: Scenario) => (pod: SeenPod) => boolean): ReturnType<Ground['become']> =>
    ground.become(namespace, Object.fromEntries(here.map((each) => [each.pod.name, is(each)])), 200_000);
  const [caused, settled] = await Promise.all([
    waitFor(ran),
    waitFor((scenario) => (pod) => ran(scenario)(pod) && says(scenario.condition)(pod)),
  ]);
  const pods = await ground.pods(namespace);
  const checked = ground.check(namespace);
  const plans = here.map((scenario) => {
    const { name } = scenario.pod;
    const pod = pods.get(name);
    const verdict = checked.get(name);
    if (pod === undefined || verdict === undefined) throw new Error(`${name} is gone`);
    const dials = dialsFrom(scenario, pod);
    return { name, scenario, pod, verdict, dials, witnessDials: witnessesOf(verdict, pod) };
  });
  const looks = await ground.agent.look(
    Object.fromEntries(plans.map(({ pod, dials, witnessDials }) => [pod.uid, [...dials, ...witnessDials]])),
  );
  for (const { name, pod, verdict, dials, witnessDials } of plans) {
    const look = looks[pod.uid];
    if (look === undefined) throw new Error(`the agent says nothing of ${name}`);
    const inboundDials = dialsTo(pod);
    all.set(name, {
      pod,
      seconds: Math.max(0, (settled.get(name) ?? 0) - (caused.get(name) ?? 0)),
      dials,
      look,
      inboundDials,
      inboundArrivals: await ground.agent.dial(inboundDials),
      checked: verdict,
      witnessDials,
      witnessArrivals: look.arrivals.slice(dials.length),
    });
  }
  return all;
}

/** Whether the pod has come as far as it will: the cause of what the auditor says of it. */
function ran({ redirected, pod }: Scenario): (seen: SeenPod) => boolean {
  return (seen) => {
    if (pod.script !== undefined && seen.podIp === undefined) return false;
    return redirected === undefined
      ? seen.init.waiting === 'CrashLoopBackOff'
      : seen.phase === 'Running' && seen.ready;
  };
}
