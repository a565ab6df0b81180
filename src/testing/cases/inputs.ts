/** The inputs that cases are made of: the builders' healthy pod with one thing changed. */
import type { AuditInput } from '../../core/audit/judgement.ts';
import type { ConfigSet } from '../../core/osm/choose-config.ts';
import { FSM_RULES } from '../../core/osm/dialect.ts';
import { expectedScript } from '../../core/osm/expected-rules.ts';
import { NO_INTENT, type Intent } from '../../core/osm/intent.ts';
import type { MeshConfigResource } from '../../core/osm/mesh-config.ts';
import {
  FSM,
  INJECTION_ANNOTATION,
  MONITORED_BY_LABEL,
  OUTBOUND_PORTS_ANNOTATION,
} from '../../core/osm/names.ts';
import type { ContainerState, ContainerStatus, InitContainer, Pod } from '../../core/osm/pod.ts';
import {
  configSet,
  configWith,
  container,
  CREATED,
  envoy,
  initContainer,
  inputFor,
  meshedPod,
  meshConfig,
  namespaceOf,
  PROXY_ID,
  status,
  waiting,
} from '../builders.ts';
import { GUIDE_SCRIPTS } from '../guide.ts';
import { osmScript, type Release, type ScriptOptions } from '../osm-scripts.ts';

export const ranges = (list: string): ConfigSet => configWith({ outbound_ip_range_exclusion_list: list });
export const ports = (list: string): ConfigSet => configWith({ outbound_port_exclusion_list: list });
export { NO_CONFIG } from '../builders.ts';

/** A meshed pod whose osm-init has run this script, judged by this configuration. */
export function scripted(script: string, configs: ConfigSet = configWith({})): AuditInput {
  return inputFor(meshedPod({ initContainers: [initContainer(script)] }), { configs });
}

/** A meshed pod with `list` in its annotation, and with this script. */
export function annotated(list: string, script: string = GUIDE_SCRIPTS.base): AuditInput {
  const initContainers = [initContainer(script)];
  return inputFor(meshedPod({ annotations: { [OUTBOUND_PORTS_ANNOTATION]: list }, initContainers }));
}

/** A set with the MeshConfig that says this, of OSM if it does not say otherwise. */
export function meshConfigs(rest: Partial<MeshConfigResource> = {}): ConfigSet {
  return configSet([meshConfig(rest)]);
}

/** The osm-init of a release that reads a MeshConfig. */
export function initOf(
  release: Release,
  options: ScriptOptions = {},
  rest: Partial<InitContainer> = {},
): InitContainer {
  const env = release === 'R4' ? { POD_IP: null } : {};
  return initContainer(osmScript(release, options), { env, ...rest });
}

/** A pod of the release, whose script has these lists, judged by a MeshConfig. */
export function released(
  release: Release,
  options: ScriptOptions,
  config: Partial<MeshConfigResource>,
  rest: Partial<Pod> = {},
): AuditInput {
  const pod = meshedPod({ initContainers: [initOf(release, options)], ...rest });
  return inputFor(pod, { configs: meshConfigs(config) });
}

/** A pod of FSM, whose script means this, judged by a MeshConfig of FSM. */
export function fsm(
  intent: Partial<Intent>,
  config: Partial<MeshConfigResource>,
  rest: Partial<Pod> = {},
): AuditInput {
  const script = expectedScript(FSM_RULES, { ...NO_INTENT, ...intent });
  const pod = meshedPod({
    labels: { [FSM.proxyLabel]: PROXY_ID },
    bootstrapSecrets: [`sidecar-bootstrap-config-${PROXY_ID}`],
    initContainers: [initContainer(script, { name: 'fsm-init', env: { POD_IP: null } })],
    containers: [container('app'), envoy({ name: 'sidecar' })],
    ...rest,
  });
  return inputFor(pod, { configs: meshConfigs({ name: 'fsm-mesh-config', product: FSM, ...config }) });
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
    containers: [envoy({ status: status(waiting('PodInitializing')) })],
  });
}

/** A pod whose sidecar is in this state. */
export function sidecarIn(state: ContainerState, rest: Partial<ContainerStatus> = {}): Pod {
  return meshedPod({ containers: [envoy({ status: status(state, rest) })] });
}

/** The pods' namespace as a part of the mesh. */
export const MONITORED = namespaceOf('test', {
  labels: { [MONITORED_BY_LABEL]: 'osm' },
  annotations: { [INJECTION_ANNOTATION]: 'enabled' },
});

/** The pod's grace period has not ended. */
export const YOUNG: Partial<AuditInput> = { now: CREATED + 30_000 };
