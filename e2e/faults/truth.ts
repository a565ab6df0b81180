/**
 * Whether a controller says what is true, everywhere that it says something: conditions, Events, metrics, readiness.
 *
 * The pods are judged afresh each time it is asked, since a test may have changed them in the meantime.
 */
import { conditionOf, judge, messageOf, type JudgedPod } from './verdicts.ts';
import type { PodOnServer, World } from './world.ts';
import { CONDITION } from '../scenarios/reported.ts';
import type { ControllerProcess } from '../scenarios/controller-process.ts';

export interface Scene {
  /** Of an administrator. */
  readonly kubeconfig: string;
  readonly worlds: readonly World[];
  readonly controller: ControllerProcess;
}

/** What is not true, in sentences; none when all is well. */
export async function falsehoods({ kubeconfig, worlds, controller }: Scene): Promise<readonly string[]> {
  const judged = await judge(kubeconfig);
  const [metrics, ready] = await Promise.all([controller.get('/metrics'), controller.get('/readyz')]);
  const about = worlds.map((world) => aboutWorld(world, judged));
  return [
    ...aboutMetrics(judged, metrics.text),
    ...(ready.status === 200 ? [] : [`not ready: ${ready.text.trim()}`]),
    ...(await Promise.all(about)).flat(),
  ];
}

/** Enters in the ledgers what is true at the moment, though a controller need not see it. */
export async function note(kubeconfig: string, worlds: readonly World[]): Promise<void> {
  const judged = await judge(kubeconfig);
  for (const world of worlds) world.ledger.observe(inNamespace(judged, world), false);
}

async function aboutWorld(world: World, judged: readonly JudgedPod[]): Promise<readonly string[]> {
  // The Events last: they are written before the condition that is compared.
  const pods = await world.pods();
  const events = await world.events();
  const complaints = aboutConditions(judged, world.namespace, pods);
  // With its conditions right the controller has seen what there is to see.
  if (complaints.length === 0) world.ledger.observe(inNamespace(judged, world), true);
  return [...complaints, ...world.ledger.complaints(events)];
}

function inNamespace(judged: readonly JudgedPod[], { namespace }: World): readonly JudgedPod[] {
  return judged.filter((pod) => pod.namespace === namespace);
}

function aboutConditions(
  judged: readonly JudgedPod[],
  namespace: string,
  pods: readonly PodOnServer[],
): readonly string[] {
  return pods.flatMap(({ metadata: { name, uid }, status }) => {
    const pod = judged.find((each) => each.uid === uid);
    const said = status.conditions?.find(({ type }) => type === CONDITION);
    const saying = said === undefined ? undefined : `${said.status} ${said.reason}`;
    const wanted = pod === undefined ? 'judged' : conditionOf(pod);
    if (saying !== wanted) return [`${namespace}/${name} is ${wanted}, its condition says ${saying}`];
    const message = pod === undefined ? undefined : messageOf(pod);
    if (said?.message === message) return [];
    return [`${namespace}/${name} is so because "${message}", its condition says "${said?.message}"`];
  });
}

function aboutMetrics(judged: readonly JudgedPod[], text: string): readonly string[] {
  const counts = new Map<string, number>();
  const count = (series: string): void => void counts.set(series, (counts.get(series) ?? 0) + 1);
  for (const { namespace, status, findings } of judged) {
    count(`osm_auditor_pods{namespace="${namespace}",status="${status}"}`);
    if (status === 'NotApplicable') continue;
    const distinct = new Map(findings.map(({ code, severity }) => [code, severity]));
    for (const [code, severity] of distinct) {
      count(`osm_auditor_findings{namespace="${namespace}",code="${code}",severity="${severity}"}`);
    }
  }
  const shown = shownCounts(text);
  const wrong = [...new Set([...counts.keys(), ...shown.keys()])].filter(
    (series) => (counts.get(series) ?? 0) !== (shown.get(series) ?? 0),
  );
  return [
    ...wrong.map((series) => `${series} is ${shown.get(series) ?? 0} instead of ${counts.get(series) ?? 0}`),
    ...failingInformers(text).map((resource) => `the informer of ${resource} is failing`),
  ];
}

/** The series of pods and findings that are not zero. */
function shownCounts(text: string): ReadonlyMap<string, number> {
  const lines = text.split('\n').filter((line) => /^osm_auditor_(pods|findings)\{/.test(line));
  const values = lines.map((line): [string, number] => {
    const end = line.lastIndexOf(' ');
    return [line.slice(0, end), Number(line.slice(end + 1))];
  });
  return new Map(values.filter(([, value]) => value !== 0));
}

/** The resources that cannot be listed or watched at the moment, as the metrics say. */
export function failingInformers(text: string): readonly string[] {
  return [...text.matchAll(/^osm_auditor_informer_failing\{resource="([^"]+)"\} 1$/gm)].map(
    ([, resource = '']) => resource,
  );
}
