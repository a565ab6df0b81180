/** Whether the pod's own annotations are in force: what has a bad value or is of another release is not. */
import type { Annotation } from '../../osm/annotations.ts';
import { problemsOf } from '../../osm/lists.ts';
import { finding, type Finding } from '../finding.ts';
import type { Check, Judgement } from '../judgement.ts';
import { enumerateAs, quote } from '../quote.ts';

export const checkAnnotation: Check = (judgement) =>
  (judgement.intent?.annotations ?? []).flatMap((annotation) => annotationFinding(judgement, annotation));

function annotationFinding(judgement: Judgement, annotation: Annotation): readonly Finding[] {
  if (annotation.fate === 'not-known') return notKnown(judgement, annotation);
  const problems = problemsOf(annotation.items);
  if (problems.length === 0) return [];
  const values = enumerateAs(problems, ({ text, reason }) => `${quote(text)} (${reason})`);
  const message = `The annotation ${annotation.name} has a bad value: ${values}. ${consequence(annotation, judgement)}`;
  const name = annotation.list.endsWith('Ports') ? 'PortAnnotationInvalid' : 'RangeAnnotationInvalid';
  return [
    finding(name, message, {
      evidence: { source: annotation.name, values: problems.map(({ text }) => text) },
    }),
  ];
}

function consequence({ fate }: Annotation, { predicted }: Judgement): string {
  switch (fate) {
    case 'dropped':
      return 'The injector ignores all of it.';
    case 'denied':
      if (predicted) return 'The injector refuses pods with it.';
      return 'It was written after the pod was created: the injector refuses pods with it, so this pod cannot be created again.';
    case 'honoured':
    case 'not-known':
      return 'The injector takes it, iptables does not read it so.';
  }
}

/** What the release does not know does nothing, however well it is written. */
function notKnown({ release, predicted }: Judgement, { name, items }: Annotation): readonly Finding[] {
  const values = items.map(({ text }) => text);
  const injector = `the injector of ${release?.name ?? 'the release'}${predicted ? '' : ', which made the pod,'}`;
  const message = `The annotation ${name} has no effect: ${injector} does not know it.`;
  return [finding('AnnotationNotKnown', message, { evidence: { source: name, values } })];
}
