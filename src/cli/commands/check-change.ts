/**
 * `osm-auditor check --with FILE`: what a change of the configuration would do to the pods, before anyone applies it.
 */
import { gather, type Surroundings } from '../../controller/gatherer.ts';
import { checkConfig } from '../../core/audit/checks/config.ts';
import { findingIdentity } from '../../core/audit/condition-text.ts';
import type { ForeseenPod } from '../../core/audit/change.ts';
import { foresee, outlookOf, verdictOf, type Outlook } from '../../core/audit/foresee.ts';
import type { AuditInput } from '../../core/audit/judgement.ts';
import { formerOf, type Former } from '../../core/audit/next-injection.ts';
import { prospectOf } from '../../core/audit/prospect.ts';
import { enumerate } from '../../core/audit/quote.ts';
import { trafficChanges } from '../../core/audit/traffic-change.ts';
import type { MeshConfig } from '../../core/osm/mesh-config.ts';
import type { Pod } from '../../core/osm/pod.ts';
import { findSubjects } from '../find-subjects.ts';
import { manifestsToJudge } from '../judge-manifests.ts';
import { judgingOf } from '../judging-options.ts';
import {
  countsOf,
  type ChangeResult,
  type PlacedPod,
  type ProposedObject,
} from '../output/change-document.ts';
import { changeFormatNamed } from '../output/change-formats.ts';
import {
  actionOfConfig,
  actionOfNamespace,
  presentOf,
  readProposal,
  surroundingsAfter,
  type Proposal,
} from '../proposal.ts';
import { EXIT, type Terminal } from '../terminal.ts';
import { UsageError } from '../usage-error.ts';
import type { CheckOptions } from './check.ts';

/** A pod with the names of the configurations that it would be judged by. */
interface Foreseen extends PlacedPod {
  readonly judgedBy: readonly string[];
}

/**
 * @returns 0 when no pod has to be restarted and nothing breaks, 1 when one has to or something does, else 3 when it cannot
 * be told of some pod
 * @throws UsageError when a configuration is proposed that is none of these pods'
 */
export async function checkChange(options: CheckOptions, terminal: Terminal): Promise<number> {
  const format = changeFormatNamed(options.output);
  if (options.with.includes('-') && options.filename.includes('-')) {
    throw new UsageError('standard input can be read only once, but -f - and --with - are given');
  }
  const proposal = await readProposal(options.with, terminal);
  const { pods, manifests = [], around } = await findSubjects(options, terminal, { manifests: true });
  const after = surroundingsAfter(around, proposal);
  const settings = judgingOf(options);
  const now = (pod: Pod): AuditInput => gather(pod, around, settings, terminal.now());
  const then = (pod: Pod): AuditInput => gather(pod, after, settings, terminal.now());
  const foreseen: readonly Foreseen[] = [
    ...pods.map(({ pod, source }) => {
      const former = formerOf(now(pod));
      return { ...held(pod, outlookOf(now(pod), former), outlookOf(then(pod), former)), source };
    }),
    ...manifestsToJudge(manifests, pods, now, then).map(({ manifest: { pod, kind, source }, former }) => {
      const [before, later] = [described(now(pod), former), described(then(pod), former)];
      return { ...held(pod, before, later), predicted: kind, source };
    }),
  ];
  const objects = proposedObjects(proposal, around, foreseen);
  const result: ChangeResult = { objects, pods: foreseen };
  terminal.out(format(result));
  return statusOf(result);
}

function described(input: AuditInput, former: Former | undefined): Outlook {
  return { running: undefined, next: prospectOf(input, former) };
}

function held(pod: Pod, now: Outlook, then: Outlook): ForeseenPod & Pick<Foreseen, 'judgedBy'> {
  const { judgement } = then.next;
  const lookup = judgement?.lookup;
  return {
    pod,
    predicted: undefined,
    now: verdictOf(now),
    then: verdictOf(then),
    foresight: foresee(now, then),
    traffic: trafficChanges(now.next, then.next),
    judgedBy: [
      ...[then.running?.configSource, judgement?.config?.source].filter((source) => source !== undefined),
      ...(lookup?.kind === 'ambiguous' ? lookup.sources : []),
    ],
  };
}

function proposedObjects(
  { configs, namespaces }: Proposal,
  around: Surroundings,
  pods: readonly Foreseen[],
): readonly ProposedObject[] {
  const found = [
    ...configs.map((config): ProposedObject => {
      const concerned = pods.filter(({ judgedBy }) => judgedBy.includes(config.source)).length;
      if (concerned === 0) refuseForeign(config, pods);
      const findings = checkConfig({ kind: 'found', config });
      const present = presentOf(config, around);
      const before = present === undefined ? [] : checkConfig({ kind: 'found', config: present });
      const known = new Set(before.map(findingIdentity));
      const isNew = findings.filter((each) => !known.has(findingIdentity(each)));
      return {
        source: config.source,
        holds: 'configuration',
        action: actionOfConfig(config, around),
        pods: concerned,
        findings,
        news: isNew,
      };
    }),
    ...namespaces.map((namespace): ProposedObject => {
      const concerned = pods.filter(({ pod }) => pod.namespace === namespace.name).length;
      return {
        source: `Namespace/${namespace.name}`,
        holds: 'pods',
        action: actionOfNamespace(namespace, around),
        pods: concerned,
        findings: [],
        news: [],
      };
    }),
  ];
  if (found.some(({ pods: concerned, holds }) => concerned > 0 || holds === 'configuration')) return found;
  const names = enumerate(found.map(({ source }) => source));
  const are = found.length === 1 ? 'is not that' : 'are not those';
  throw new UsageError(`${names} ${are} of ${anyOf(pods)}`);
}

/** To say that nothing changes because the file is of another mesh would be the wrong comfort. */
function refuseForeign({ source }: MeshConfig, pods: readonly Foreseen[]): void {
  const others = [...new Set(pods.flatMap(({ judgedBy }) => judgedBy))].sort();
  if (others.length === 0) return;
  const which = `${pods.length === 1 ? 'which is' : 'which are'} judged by ${enumerate(others)}`;
  throw new UsageError(`${source} is not the configuration of ${anyOf(pods)}, ${which}`);
}

function anyOf(pods: readonly unknown[]): string {
  return pods.length === 1 ? 'the one pod' : `any of the ${pods.length} pods`;
}

function statusOf(result: ChangeResult): number {
  const { cannotStart, restart, wrong, leave, undecided } = countsOf(result.pods);
  const broken = result.objects.some(({ news }) => news.some(({ severity }) => severity === 'error'));
  if (cannotStart + restart + wrong + leave > 0 || broken) return EXIT.discrepant;
  return undecided > 0 ? EXIT.unknown : EXIT.good;
}
