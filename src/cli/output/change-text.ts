/** What a change would do, for people: the tables, and the sentences below them. */
import { trafficOf, workloadOf, workloadsOf } from '../../core/audit/change.ts';
import { visible } from '../../core/audit/quote.ts';
import { FORESIGHTS, type Foresight } from '../../core/audit/foresee.ts';
import { STATUSES } from '../../core/audit/report.ts';
import { trafficSentence } from '../../core/audit/traffic-change.ts';
import { describeOrigin } from '../input/source-object.ts';
import type { Action } from '../proposal.ts';
import { restartsOf, type ChangeResult, type PlacedPod, type ProposedObject } from './change-document.ts';
import { renderTable, shorten } from './table.ts';

const MESSAGE_WIDTH = 96;

const ACTIONS: Readonly<Record<Action, string>> = {
  replaces: 'replaces the one of now',
  adds: 'is new',
  keeps: 'is as it is now',
};

/** The words of the column. */
const OUTCOMES: Readonly<Record<Foresight['kind'], string>> = {
  'cannot-start': 'CannotStart',
  restart: 'Restart',
  wrong: 'Wrong',
  leaves: 'LeavesMesh',
  undecided: 'Undecided',
  right: 'Right',
  same: 'Same',
};

/** Behind "3 pods of 2 workloads". */
const SENTENCES: Readonly<Record<Foresight['kind'], string>> = {
  'cannot-start': 'could never start again',
  restart: 'would have to be restarted',
  wrong: 'would be wrong once created',
  leaves: 'would leave the mesh, or have no rules of it, once created again',
  undecided: 'cannot be judged',
  right: 'would be right, unlike now',
  same: 'would stay as now',
};

/** One line for each workload and reason; what stays the same is left to the summary. */
export function changeTable(result: ChangeResult): string {
  const rows = workloadsOf(result.pods)
    .filter(({ foresight }) => foresight !== 'same')
    .flatMap(({ namespace, kind, name, foresight, reasons }) =>
      reasons.map(({ finding: { code, message }, pods }) => [
        namespace,
        `${kind.toLowerCase()}/${name}`,
        String(pods),
        OUTCOMES[foresight],
        code,
        shorten(message, MESSAGE_WIDTH),
      ]),
    );
  const table =
    rows.length === 0
      ? ''
      : renderTable(['NAMESPACE', 'WORKLOAD', 'PODS', 'OUTCOME', 'CODE', 'MESSAGE'], rows);
  return [objectLines(result.objects), table, ...below(result)].filter((part) => part !== '').join('\n');
}

/** One line for each pod and reason. */
export function changeWideTable(result: ChangeResult): string {
  const rows = result.pods.flatMap((each) => {
    const { pod, predicted, now, then, foresight, source } = each;
    const workload = workloadOf(each);
    const head = [
      pod.namespace,
      predicted === undefined ? pod.name : `${predicted.toLowerCase()}/${pod.name}`,
      `${workload.kind.toLowerCase()}/${workload.name}`,
      now.status,
      then.status,
      OUTCOMES[foresight.kind],
    ];
    const from = source === undefined ? 'cluster' : describeOrigin(source);
    if (foresight.because.length === 0) return [[...head, '', '', '', '', from]];
    return foresight.because.map(({ code, name, message, fix }) => [...head, code, name, message, fix, from]);
  });
  const headers = ['NAMESPACE', 'NAME', 'WORKLOAD', 'NOW', 'THEN', 'OUTCOME'];
  const table = renderTable([...headers, 'CODE', 'REASON', 'MESSAGE', 'FIX', 'SOURCE'], rows);
  return [objectLines(result.objects), table, ...below(result)].filter((part) => part !== '').join('\n');
}

function below(result: ChangeResult): readonly string[] {
  return [summaryLines(result.pods), faultLines(result), trafficLines(result), restartLines(result)];
}

function objectLines(objects: readonly ProposedObject[]): string {
  return objects
    .map(({ source, action, pods, holds }) => {
      const verb = pods === 1 ? 'is' : 'are';
      const how = holds === 'configuration' ? 'judged by it' : 'in it';
      return `${visible(source)} ${ACTIONS[action]}; ${podsText(pods)} ${verb} ${how}\n`;
    })
    .join('');
}

/** `3 pods of 1 workload would have to be restarted` */
function summaryLines(pods: readonly PlacedPod[]): string {
  return FORESIGHTS.flatMap((kind) => {
    const some = pods.filter(({ foresight }) => foresight.kind === kind);
    if (some.length === 0) return [];
    const workloads = workloadsOf(some).length;
    const of = `${podsText(some.length)} of ${workloads} ${workloads === 1 ? 'workload' : 'workloads'}`;
    return [`${of} ${SENTENCES[kind]}${remark(kind, some)}\n`];
  }).join('');
}

function remark(kind: Foresight['kind'], pods: readonly PlacedPod[]): string {
  if (kind === 'same') return `: ${statusCounts(pods)}`;
  const wrongNow = pods.filter(({ now }) => now.status === 'Discrepant').length;
  return kind === 'restart' && wrongNow > 0 ? ` (${wrongNow} discrepant now already)` : '';
}

function statusCounts(pods: readonly PlacedPod[]): string {
  const words = {
    Verified: 'verified',
    Discrepant: 'discrepant',
    Unknown: 'unknown',
    NotApplicable: 'not applicable',
  };
  return STATUSES.flatMap((status) => {
    const count = pods.filter(({ then }) => then.status === status).length;
    return count === 0 ? [] : [`${count} ${words[status]}`];
  }).join(', ');
}

/** What is wrong with the configuration itself; a note in front of what is so already. */
function faultLines({ objects }: ChangeResult): string {
  const lines = objects.flatMap(({ findings, news }) =>
    findings.map(
      (each) => `${each.code}   ${news.includes(each) ? '' : 'As now: '}${visible(each.message)}\n`,
    ),
  );
  return lines.join('');
}

function trafficLines({ pods }: ChangeResult): string {
  const lines = trafficOf(pods).map(
    ({ change, pods: concerned }) => `  ${visible(trafficSentence(change))}   # ${podsText(concerned)}\n`,
  );
  return lines.length === 0 ? '' : `Traffic of new pods:\n${lines.join('')}`;
}

function restartLines({ pods }: ChangeResult): string {
  const lines = restartsOf(pods).map(({ fix, pods: concerned, codes }) => {
    return `  ${visible(fix)}   # ${podsText(concerned)}: ${codes.join(' ')}\n`;
  });
  return lines.length === 0
    ? ''
    : `Once the change is in force, new pods have the right rules:\n${lines.join('')}`;
}

function podsText(count: number): string {
  return `${count} ${count === 1 ? 'pod' : 'pods'}`;
}
