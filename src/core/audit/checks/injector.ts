/** Whether somebody injects sidecars into new pods of the mesh, without fail. */
import { monitoredBy } from '../../osm/membership.ts';
import { finding, type Finding } from '../finding.ts';
import type { AuditInput } from '../judgement.ts';

/** Nothing is said where no webhook is known at all: then they may not be read, or were not given. */
export function checkInjector({ namespace, configs }: AuditInput): readonly Finding[] {
  const mesh = monitoredBy(namespace)?.mesh;
  const injectors = configs.meshes.flatMap(({ name, injector }) =>
    injector === undefined ? [] : [{ name, injector }],
  );
  if (mesh === undefined || injectors.length === 0) return [];
  const own = injectors.filter(({ name }) => name === mesh);
  if (own.length === 0) {
    const message = `No webhook injects sidecars for the mesh ${mesh}, which monitors namespace ${namespace?.name ?? ''}: its new pods get none.`;
    return [finding('InjectorMissing', message, { evidence: { values: [mesh] } })];
  }
  return own.flatMap(({ injector: { webhook, failsOpen, hasAuthority } }) => {
    const evidence = { source: `MutatingWebhookConfiguration/${webhook}`, values: [mesh] };
    const faults = [
      ...(failsOpen ? ['lets pods pass without a sidecar when the injector does not answer'] : []),
      ...(hasAuthority ? [] : ['names no authority by which the API server could trust the injector']),
    ];
    if (faults.length === 0) return [];
    const message = `The webhook ${webhook} of the mesh ${mesh} ${faults.join(' and ')}.`;
    return [finding('InjectorUnsafe', message, { evidence })];
  });
}
