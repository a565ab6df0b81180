/** What membership itself has to say; a pod that was injected needs no finding. */
import type { Membership } from '../../osm/membership.ts';
import { INJECTION_ANNOTATION } from '../../osm/names.ts';
import type { Pod } from '../../osm/pod.ts';
import { finding, type Finding } from '../finding.ts';
import { recreateCommand } from '../fix.ts';
import { quote } from '../quote.ts';

export function checkMembership(pod: Pod, membership: Membership): readonly Finding[] {
  switch (membership.kind) {
    case 'injected':
      return [];
    case 'should-be-injected': {
      const message = `The mesh monitors namespace ${pod.namespace} and a sidecar is asked for, but the pod has none.`;
      return [finding('SidecarMissing', message, { fix: recreateCommand(pod) })];
    }
    case 'not-concerned':
      return [finding('NotInMesh', `The mesh does not concern this pod: ${membership.reason}.`)];
    case 'unknown':
      return [
        finding(
          'NamespaceUnknown',
          `Whether the pod belongs to the mesh cannot be told: ${membership.reason}.`,
        ),
      ];
    case 'invalid-annotation': {
      const message = `The ${membership.on}'s annotation ${INJECTION_ANNOTATION} is ${quote(membership.value)}, which is neither enabled nor disabled.`;
      const evidence = { source: INJECTION_ANNOTATION, values: [membership.value] };
      return [finding('InjectionAnnotationInvalid', message, { evidence })];
    }
  }
}
