/**
 * The meshes that a cluster's objects tell of: by the webhook that injects for one, and by its controller.
 *
 * Guarantees: a mesh has a name and a namespace, or it is left out; nothing is guessed.
 */
import type { Mesh } from '../core/osm/choose-config.ts';
import { FSM, monitoredByLabel, OSM } from '../core/osm/names.ts';
import { deploymentSchema, webhookSchema } from './mesh-schema.ts';

/** The injectors' webhooks, each with the label by which it picks the namespaces of its mesh. */
const INJECTORS: ReadonlyMap<string, string> = new Map([
  ['osm-inject.k8s.io', monitoredByLabel(OSM)],
  ['fsm-inject.k8s.io', monitoredByLabel(FSM)],
]);

/** The label `app` of the Deployments. */
const CONTROLLERS: readonly (string | undefined)[] = ['osm-controller', 'fsm-controller'];

/**
 * From a MutatingWebhookConfiguration.
 *
 * @throws SnapshotError
 */
export function meshOfWebhook(object: unknown): readonly Mesh[] {
  const { metadata, webhooks } = webhookSchema(object);
  return webhooks.flatMap(({ name, namespaceSelector, clientConfig, failurePolicy }) => {
    const label = INJECTORS.get(name);
    if (label === undefined) return [];
    const { service, caBundle } = clientConfig;
    const injector = {
      webhook: metadata.name,
      failsOpen: failurePolicy === 'Ignore',
      hasAuthority: caBundle !== '',
    };
    return meshOf(namespaceSelector.matchLabels[label], service.namespace, metadata.labels).map((mesh) => {
      return { ...mesh, injector };
    });
  });
}

/**
 * From a Deployment.
 *
 * @throws SnapshotError
 */
export function meshOfDeployment(object: unknown): readonly Mesh[] {
  const { metadata, spec } = deploymentSchema(object);
  const { labels, namespace } = metadata;
  if (!CONTROLLERS.includes(labels['app'])) return [];
  const args = spec.template.spec.containers.flatMap((container) => container.args);
  // What deploys the chart may write labels of its own; what the controller was started with is what it does.
  return meshOf(argument(args, '--mesh-name') ?? meshLabel(labels), namespace, labels);
}

/** The mesh's name by the labels that OSM's chart writes on its objects, the older one second. */
export function meshLabel(labels: Readonly<Record<string, string>>): string | undefined {
  return [labels['app.kubernetes.io/instance'], labels['meshName']].find(isName);
}

function meshOf(
  name: string | undefined,
  namespace: string,
  labels: Readonly<Record<string, string>>,
): readonly Mesh[] {
  if (!isName(name) || !isName(namespace)) return [];
  const version = labels['app.kubernetes.io/version'];
  return [{ name, namespace, ...(isName(version) ? { version } : {}) }];
}

/** Kubernetes allows labels without a value. */
function isName(text: string | undefined): text is string {
  return text !== undefined && text !== '';
}

/** The value of an option, `--option X` or `--option=X`; of several the last one counts. */
function argument(args: readonly string[], option: string): string | undefined {
  const assigned = `${option}=`;
  const values = args.flatMap((arg, at) => {
    if (arg === option) return args.slice(at + 1, at + 2);
    return arg.startsWith(assigned) ? [arg.slice(assigned.length)] : [];
  });
  return values.at(-1);
}
