/** Whether the pod's own exclusion annotation means anything. */
import { OUTBOUND_PORTS_ANNOTATION } from '../../osm/names.ts';
import { finding } from '../finding.ts';
import type { Check } from '../judgement.ts';
import { enumerate, quote } from '../quote.ts';

export const checkAnnotation: Check = ({ intent }) => {
  const problems = intent?.annotationProblems ?? [];
  if (problems.length === 0) return [];
  const values = enumerate(problems.map(({ text, reason }) => `${quote(text)} (${reason})`));
  const consequence =
    intent?.annotationIgnored === true
      ? 'The injector ignores all of it'
      : 'The injector takes it, iptables does not read it so';
  const message = `The annotation ${OUTBOUND_PORTS_ANNOTATION} has a bad value: ${values}. ${consequence}.`;
  return [
    finding('PortAnnotationInvalid', message, {
      evidence: { source: OUTBOUND_PORTS_ANNOTATION, values: problems.map(({ text }) => text) },
    }),
  ];
};
