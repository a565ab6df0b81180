/** What membership itself has to say. */
import type { Membership } from '../../osm/membership.ts';
import type { Pod } from '../../osm/pod.ts';
import { finding, type Finding } from '../finding.ts';
import { recreateCommand } from '../fix.ts';
import { quote } from '../quote.ts';

export function checkMembership(pod: Pod, membership: Membership): readonly Finding[] {
  switch (membership.kind) {
    case 'injected': {
      if (membership.unasked === undefined) return [];
      const message = `The pod has a sidecar, although a new one would get none: ${membership.unasked}.`;
      return [finding('InjectedUnasked', message)];
    }
    case 'should-be-injected': {
      const message = `The mesh monitors namespace ${pod.namespace} and a sidecar is asked for, but the pod has none.`;
      return [finding('SidecarMissing', message, { fix: recreateCommand(pod) })];
    }
    case 'not-concerned': {
      const note = finding('NotInMesh', `The mesh does not concern this pod: ${membership.reason}.`);
      if (membership.unheard === undefined) return [note];
      const message = `The pod asks for a sidecar by ${membership.unheard} and gets none: ${membership.reason}.`;
      return [note, finding('InjectionUnheard', message)];
    }
    case 'unknown':
      return [
        finding(
          'NamespaceUnknown',
          `Whether the pod belongs to the mesh cannot be told: ${membership.reason}.`,
        ),
      ];
    case 'invalid-annotation': {
      const { on, annotation, value } = membership;
      const message = `The ${on}'s annotation ${annotation} is ${quote(value)}, which is neither enabled nor disabled.`;
      const evidence = { source: annotation, values: [value] };
      return [finding('InjectionAnnotationInvalid', message, { evidence })];
    }
  }
}
