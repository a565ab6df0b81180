/**
 * Why a pod's lists are not those of today, told before what is wrong with them: rules are installed once, and what was
 * changed afterwards is not in them.
 *
 * Limits: it explains a difference and never decides one. A pod that was copied with its injected containers is newer than
 * the configuration and still carries old rules; nothing is said of it then.
 */
import { printCidr } from '../iptables/cidr.ts';
import type { Annotation } from '../osm/annotations.ts';
import { listAnnotation, type AnnotatedList } from '../osm/names.ts';
import type { ListFindingName } from './exclusion-words.ts';
import type { Judgement } from './judgement.ts';

/** For programs: what was changed after the pod was created. */
export type HistoryCause = 'configuration-changed' | 'annotation-changed';

export interface History {
  readonly cause: HistoryCause;
  /** The annotation that is not in force. */
  readonly annotation?: string;
  /** Ends in a space, to stand before the finding's own sentence. */
  readonly sentence: string;
}

/** Which annotation can have asked for what a finding is about. */
const LISTS: Readonly<Record<ListFindingName, AnnotatedList | undefined>> = {
  ExcludedRangeMissing: 'outboundRanges',
  ExcludedRangeExtra: 'outboundRanges',
  ExcludedPortMissing: 'outboundPorts',
  ExcludedPortExtra: 'outboundPorts',
  InboundPortMissing: 'inboundPorts',
  InboundPortExtra: 'inboundPorts',
  IncludedRangeMissing: 'includedRanges',
  IncludedRangeExtra: 'includedRanges',
  ExcludedInterfaceMissing: undefined,
  ExcludedInterfaceExtra: undefined,
};

export function historyOf(
  judgement: Judgement,
  name: ListFindingName,
  values: readonly string[],
): History | undefined {
  const { pod, config, product, intent } = judgement;
  const after = (moment: number | undefined): boolean =>
    moment !== undefined && pod.createdAt !== undefined && moment > pod.createdAt;
  const list = LISTS[name];
  const annotation = list === undefined ? undefined : listAnnotation(product, list);
  // What is missing and stands in the annotation was asked for there; an inclusion changes what becomes of the rest.
  const asked =
    intent?.annotations.some((each) => {
      if (each.list !== list) return false;
      return list === 'includedRanges' || (name.endsWith('Missing') && holdsAll(each, values));
    }) === true;
  if (annotation !== undefined && (after(pod.annotatedAt[annotation]) || asked)) {
    return {
      cause: 'annotation-changed',
      ...(asked ? { annotation } : {}),
      sentence: after(pod.annotatedAt[annotation])
        ? `The annotation ${annotation} was probably written after the pod was created, and rules are installed once: it belongs into the workload's pod template. `
        : `The annotation ${annotation} is not in force, as when it is written on a running pod: it belongs into the workload's pod template. `,
    };
  }
  if (!after(config?.changedAt)) return undefined;
  return {
    cause: 'configuration-changed',
    sentence:
      'The configuration was changed after the pod was created, and the pod still runs the rules of before. ',
  };
}

function holdsAll(annotation: Annotation, values: readonly string[]): boolean {
  const held = new Set(
    annotation.items.flatMap(({ value }) => {
      if (value === undefined) return [];
      return typeof value === 'number' ? String(value) : printCidr(value);
    }),
  );
  return values.length > 0 && values.every((value) => held.has(value));
}
