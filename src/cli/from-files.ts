/**
 * Subjects from files: pods, namespaces, mesh configurations and what tells which mesh they are of, among the objects in
 * them; other kinds are passed over.
 *
 * Limits: every pod is judged, also several of one name, as when files show one pod at several times.
 */
import { MESH_CONFIG_GROUPS } from '../controller/informers.ts';
import {
  configMapSnapshot,
  meshConfigSnapshot,
  meshOfDeployment,
  meshOfWebhook,
  namespaceSnapshot,
  podSnapshot,
  SnapshotError,
} from '../controller/snapshot.ts';
import type { ConfigSet, Mesh } from '../core/osm/choose-config.ts';
import { configMapConfig, resourceConfig, type MeshConfig } from '../core/osm/mesh-config.ts';
import { CONFIG_MAP_NAME, PRODUCTS } from '../core/osm/names.ts';
import type { Namespace } from '../core/osm/pod.ts';
import { InputError } from './input/input-error.ts';
import { readObjects } from './input/read.ts';
import type { SourceObject } from './input/source-object.ts';
import type { Say } from './progress.ts';
import type { Selection, Subject, Subjects } from './subjects.ts';
import type { Terminal } from './terminal.ts';
import { UsageError } from './usage-error.ts';

/**
 * @param keepTexts whether the texts of the objects stay in memory, for whoever asks for the line of a value
 * @throws InputError for what cannot be read, UsageError when there is no pod to judge
 */
export async function subjectsFromFiles(
  selection: Selection,
  terminal: Terminal,
  keepTexts: boolean,
  say: Say,
): Promise<Subjects> {
  if (selection.selector !== undefined) throw new UsageError('a selector may not be given together with -f');
  const wanted = selection.allNamespaces ? undefined : selection.namespace;
  const pods: Subject[] = [];
  const namespaces = new Map<string, Namespace>();
  const configs: MeshConfig[] = [];
  const configTexts = new Map<string, SourceObject>();
  const addConfig = (config: MeshConfig, text: SourceObject): void => {
    configs.push(config);
    if (keepTexts) configTexts.set(config.source, text);
  };
  const meshes: Mesh[] = [];
  let objects = 0;
  say('reading files');
  for await (const source of readObjects(selection.filename, { stdin: terminal.stdin })) {
    objects += 1;
    say(`reading files: ${objects} objects`);
    switch (kindOf(source)) {
      case 'Pod': {
        const { pod } = translate(source, podSnapshot);
        if (wanted !== undefined && pod.namespace !== wanted) break;
        pods.push({ pod, source: source.origin, ...(keepTexts ? { text: source } : {}) });
        break;
      }
      case 'Namespace': {
        const namespace = translate(source, namespaceSnapshot);
        namespaces.set(namespace.name, namespace);
        break;
      }
      case 'ConfigMap': {
        const configMap = translate(source, configMapSnapshot);
        if (configMap.name === CONFIG_MAP_NAME) addConfig(configMapConfig(configMap), source);
        break;
      }
      case 'apps/Deployment':
        meshes.push(...translate(source, meshOfDeployment));
        break;
      case 'admissionregistration.k8s.io/MutatingWebhookConfiguration':
        meshes.push(...translate(source, meshOfWebhook));
        break;
      default: {
        const snapshot = MESH_CONFIG_SNAPSHOTS.get(kindOf(source));
        if (snapshot !== undefined) addConfig(resourceConfig(translate(source, snapshot)), source);
      }
    }
  }
  if (pods.length === 0) {
    const where = wanted === undefined ? '' : ` of namespace ${JSON.stringify(wanted)}`;
    const read = objects === 1 ? 'one object that was' : `${objects} objects that were`;
    throw new UsageError(`there is no pod${where} to judge among the ${read} read`);
  }
  const set: ConfigSet = {
    configs,
    meshes,
    unreadable: [],
    osmNamespace: selection.osmNamespace,
    searched: 'the files',
  };
  return { pods, configTexts, around: { namespace: (name) => namespaces.get(name), configs: () => set } };
}

/** MeshConfigs in any version: what matters has the same name in all of them. */
const MESH_CONFIG_SNAPSHOTS = new Map(
  PRODUCTS.map((product) => [`${MESH_CONFIG_GROUPS[product.name]}/MeshConfig`, meshConfigSnapshot(product)]),
);

/** `Pod`, or with its group `apps/Deployment`. */
function kindOf({ object }: SourceObject): string {
  const [group = '', version] = String(object['apiVersion']).split('/');
  const kind = String(object['kind']);
  if (version !== undefined) return `${group}/${kind}`;
  return group === 'v1' ? kind : `${group}//${kind}`;
}

/** Turns a wrong shape into an error that names the line. */
function translate<T>(source: SourceObject, snapshot: (object: unknown) => T): T {
  try {
    return snapshot(source.object);
  } catch (error) {
    if (!(error instanceof SnapshotError)) throw error;
    throw new InputError({ ...source.origin, line: source.lineOf(error.path) }, error.message, error);
  }
}
