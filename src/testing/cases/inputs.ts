/** The inputs that cases are made of: the builders' healthy pod with one thing changed. */
import type { AuditInput } from '../../core/audit/judgement.ts';
import type { ConfigLookup } from '../../core/osm/mesh-config.ts';
import { INJECTION_ANNOTATION, MONITORED_BY_LABEL, OUTBOUND_PORTS_ANNOTATION } from '../../core/osm/names.ts';
import type { ContainerState, ContainerStatus, Pod } from '../../core/osm/pod.ts';
import {
  configWith,
  CREATED,
  initContainer,
  inputFor,
  meshedPod,
  namespaceOf,
  status,
  waiting,
} from '../builders.ts';
import { GUIDE_SCRIPTS } from '../guide.ts';

export const ranges = (list: string): ConfigLookup => configWith({ outbound_ip_range_exclusion_list: list });
export const ports = (list: string): ConfigLookup => configWith({ outbound_port_exclusion_list: list });
export const NO_CONFIG: ConfigLookup = { kind: 'missing', searched: 'any namespace' };

/** A meshed pod whose osm-init has run this script, judged by this configuration. */
export function scripted(script: string, config: ConfigLookup = configWith({})): AuditInput {
  return inputFor(meshedPod({ initContainers: [initContainer(script)] }), { config });
}

/** A meshed pod with `list` in its annotation, and with this script. */
export function annotated(list: string, script: string = GUIDE_SCRIPTS.base): AuditInput {
  const initContainers = [initContainer(script)];
  return inputFor(meshedPod({ annotations: { [OUTBOUND_PORTS_ANNOTATION]: list }, initContainers }));
}

/** The guide's script with commands behind it. */
export function extra(...rules: readonly string[]): string {
  return [GUIDE_SCRIPTS.base, ...rules.map((rule) => `iptables -t nat ${rule}`)].join(' && ');
}

/** The guide's script without one of its commands. */
export function without(rule: string): string {
  return GUIDE_SCRIPTS.base.replace(`iptables -t nat ${rule} && `, '');
}

/** The same rules as the text of iptables-restore. */
export function asRestore(script: string): string {
  const lines = script.split(' && ').map((command) => command.replace('iptables -t nat ', ''));
  return ['iptables-restore --noflush <<EOF', '*nat', ...lines, 'COMMIT', 'EOF', ''].join('\n');
}

/** A pod whose osm-init is in this state, while the sidecar waits for it. */
export function initIn(state: ContainerState, rest: Partial<ContainerStatus> = {}): Pod {
  return meshedPod({
    initContainers: [initContainer(undefined, { status: status(state, rest) })],
    containers: [{ name: 'envoy', status: status(waiting('PodInitializing')) }],
  });
}

/** A pod whose sidecar is in this state. */
export function sidecarIn(state: ContainerState, rest: Partial<ContainerStatus> = {}): Pod {
  return meshedPod({ containers: [{ name: 'envoy', status: status(state, rest) }] });
}

/** The pods' namespace as a part of the mesh. */
export const MONITORED = namespaceOf('test', {
  labels: { [MONITORED_BY_LABEL]: 'osm' },
  annotations: { [INJECTION_ANNOTATION]: 'enabled' },
});

/** The pod's grace period has not ended. */
export const YOUNG: Partial<AuditInput> = { now: CREATED + 30_000 };
